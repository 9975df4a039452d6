"""Where cafés are: what is known without asking, what geocoders answered, and the search for those nobody placed."""
