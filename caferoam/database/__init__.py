"""What every table stands on: Supabase's roles where they are missing, schema ``private``, SQL kept in named files."""
