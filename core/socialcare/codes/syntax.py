"""SC1xx: the files of a policy and the YAML in them."""

from socialcare.codes.code import Code

_FILES = (
    Code(
        "SC101",
        "no such folder",
        "A policy is a folder; its files are read together, in any order.\n"
        "Avoid:   socialcare check rules/hours.yaml\n"
        "Prefer:  socialcare check rules",
    ),
    Code(
        "SC102",
        "a folder without rules",
        "An empty policy would let everything pass, so it counts as a mistake. Rules stand in files whose names\n"
        "end in `.yaml` or `.yml`; hidden files, the folder `content` and `*.test.yaml` do not count.",
    ),
    Code(
        "SC103",
        "a file that cannot be read",
        "A policy is read whole or not at all. Check the permissions of the file. A link may only lead to a file\n"
        "within the policy, so that what was reviewed is what runs.",
    ),
    Code(
        "SC104",
        "too large",
        "At most 1 MB and 100,000 values a file, 1,000 files and 64 MB a policy are read, so that no file can keep\n"
        "the program busy.\n"
        "Avoid:   staff: [anna, ben, … thousands more]\n"
        "Prefer:  staff: {from: lists/staff.txt}",
    ),
    Code(
        "SC105",
        "nested too deep",
        "Values may be nested 50 deep. Give a part of a long condition a name under `signals` and use the name.",
    ),
    Code(
        "SC106",
        "not UTF-8",
        "Files are read as UTF-8, with or without a byte order mark. Save the file with that encoding.",
    ),
    Code(
        "SC107",
        "a character that cannot be seen",
        "Control characters, and line ends that editors do not show, make a file mean something else than it\n"
        "seems to. Remove them; in double quotes they can be written as escapes where a text needs them.",
    ),
    Code(
        "SC108",
        "an empty file",
        "A file without statements is usually one that was not saved. Remove it or fill it.",
    ),
    Code(
        "SC109",
        "no statements",
        "A file begins with the name of a kind of statement.\n"
        "Avoid:   - reply: We are open 9 to 18.\n"
        "Prefer:  rules:\n"
        "           hours:\n"
        "             when: {intent: question}\n"
        "             do: {reply: We are open 9 to 18.}",
    ),
)

_STRUCTURE = (
    Code(
        "SC110",
        "a key that stands twice",
        "Most programs would silently keep the last one.\n"
        "Avoid:   when: {text: {has: open}, text: {has: hours}}\n"
        "Prefer:  when: {all: [{text: {has: open}}, {text: {has: hours}}]}",
    ),
    Code(
        "SC111",
        "a reference or an anchor",
        "`&` and `*` at the start make YAML copy values from elsewhere, which hides what a rule says and lets a\n"
        "small file grow without bound.\n"
        "Avoid:   say: *Sorry* for that\n"
        'Prefer:  say: "*Sorry* for that"',
    ),
    Code(
        "SC112",
        "a tag",
        '`!` at the start of a text changes its type.\nAvoid:   label: !urgent\nPrefer:  label: "!urgent"',
    ),
    Code(
        "SC113",
        "a merge key",
        "`<<` copies the keys of another map. Name the part under `signals`, `lists` or `formulas` instead, and use\n"
        "the name.",
    ),
    Code("SC114", "several documents", "A line `---` begins another document. Write one file for each."),
    Code(
        "SC115",
        "a directive",
        "A line that begins with `%` speaks to the YAML parser. Nothing of a policy needs one.",
    ),
    Code(
        "SC116",
        "a key that is no word",
        "A key is one word or text before a colon.\n"
        "Avoid:   {[open, close]: hours}\n"
        "Prefer:  {has: [open, close]}",
    ),
)

_TRAPS = (
    Code(
        "SC120",
        "a value lost to a comment",
        "`#` begins a comment, so a hashtag must be quoted or written without its sign.\n"
        "Avoid:   label: #help\n"
        'Prefer:  label: "#help"',
    ),
    Code(
        "SC121",
        "a text cut by a comment",
        "A blank and `#` begin a comment in the middle of a bare text too.\n"
        "Avoid:   say: You are our #1 guest\n"
        'Prefer:  say: "You are our #1 guest"',
    ),
    Code(
        "SC122",
        "a bare placeholder",
        "A text that starts with `{{` is read as a map.\n"
        "Avoid:   say: {{ author.handle }}, thank you\n"
        'Prefer:  say: "{{ author.handle }}, thank you"',
    ),
    Code(
        "SC123",
        "a sign that cannot begin a text",
        "`@`, `%`, a backtick, a comma, closing brackets, `|`, `>`, `- ` and `? ` mean something at the start.\n"
        "Avoid:   author: @AcmeCo\n"
        "Prefer:  author: AcmeCo",
    ),
    Code(
        "SC124",
        "a colon in a bare text",
        "A colon with a space behind it makes a key of what is before it.\n"
        "Avoid:   say: Sorry: we are closed\n"
        'Prefer:  say: "Sorry: we are closed"',
    ),
    Code(
        "SC125",
        "a comma that splits",
        "Between brackets a comma parts two values.\n"
        "Avoid:   {above: 10,000}  {say: Hello, friend}\n"
        'Prefer:  {above: 10000}  {say: "Hello, friend"}',
    ),
    Code(
        "SC126",
        "a question mark between brackets",
        "Programs that read YAML do not agree on `?` in a bare text between brackets.\n"
        "Avoid:   {mention: any shop?}\n"
        'Prefer:  {mention: "any shop?"}',
    ),
    Code(
        "SC127",
        "an escape in double quotes",
        "In double quotes a backslash makes another character: `\\b` a backspace.\n"
        'Avoid:   matches: "\\bstore\\b"\n'
        "Prefer:  matches: '\\bstore\\b'",
    ),
    Code(
        "SC128",
        "a tab",
        "Only spaces indent and part words. Set your editor to insert spaces for the tab key.",
    ),
    Code(
        "SC129",
        "a missing space",
        "A key ends with a colon and a space, a list item begins with a dash and a space.\n"
        "Avoid:   rank:question\n"
        "Prefer:  rank: question",
    ),
    Code(
        "SC130",
        "an unclosed quote",
        "Avoid:   say: 'Tis the season\nPrefer:  say: \"'Tis the season\"",
    ),
    Code(
        "SC131",
        "text behind a closing quote",
        'Avoid:   say: "Hello" friend\nPrefer:  say: Hello friend',
    ),
    Code(
        "SC132",
        "curly quotes",
        "Word processors turn quotes into “curly” ones, which YAML leaves in the text.\n"
        "Avoid:   say: “Hello”\n"
        'Prefer:  say: "Hello"',
    ),
    Code(
        "SC133",
        "brackets that do not match",
        "Avoid:   text: {has: [open, close}\nPrefer:  text: {has: [open, close]}",
    ),
    Code(
        "SC134",
        "a line read as text",
        "A line that is indented deeper than a bare text above it goes on with that text. Under `|` and `>` all\n"
        "lines of the text are indented alike.\n"
        "Avoid:   rank: question\n"
        "           do: {reply: Hello}\n"
        "Prefer:  rank: question\n"
        "         do: {reply: Hello}",
    ),
    Code(
        "SC139",
        "a line that cannot be read",
        "Most often the indentation differs from that of the lines around, or a text needs quotes.",
    ),
)

SYNTAX: tuple[Code, ...] = _FILES + _STRUCTURE + _TRAPS
