-- What geocoders answered is for workers and operators (service_role). No grant, no policy.
ALTER TABLE geocodes ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON geocodes FROM anon, authenticated;
