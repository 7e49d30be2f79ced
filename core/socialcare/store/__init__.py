"""Where policy state is kept between batches."""
