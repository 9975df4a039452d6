DROP FUNCTION private.stamp_facts_v1(uuid, double precision);
ALTER TABLE stamps DROP CONSTRAINT stamps_design_of_shop;
DROP TRIGGER keep_stamp ON stamps;
DROP FUNCTION private.keep_stamp_v1();
DROP TRIGGER award_stamp ON check_ins;
DROP FUNCTION private.award_stamp_v1();
DROP POLICY stamps_select ON stamps;
ALTER TABLE stamps DROP CONSTRAINT stamps_check_in_id_fkey;
ALTER TABLE stamps DROP CONSTRAINT stamps_user_id_fkey;
