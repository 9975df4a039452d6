"""What attackers try, in a few words each, and the tests that hold it off, wherever they stand.

A test named here that is gone fails ``test_attacks.py``, so that no line is left without its proof.
"""

from collections.abc import Mapping
from typing import Final

TOKENS: Final = "caferoam/api/tests/test_tokens.py"
CLAIMS: Final = "caferoam/api/tests/test_claims.py"
SECRET: Final = "caferoam/api/tests/test_legacy_secret.py"
AUTHENTICATION: Final = "caferoam/api/tests/test_authentication.py"
KEYS: Final = "caferoam/api/tests/test_jwks.py"
BINDING: Final = "caferoam/api/tests/test_identity.py"
PROBLEMS: Final = "caferoam/api/tests/test_problems.py"
LIMITS: Final = "caferoam/api/throttling/tests/test_addresses.py"
SCOPES: Final = "caferoam/api/throttling/tests/test_scopes.py"
ROUTES: Final = "tests/identity/test_routes.py"
TABLES: Final = "tests/identity/test_tables.py"
ATTACKS: Final = "tests/identity/test_attacks.py"
TURNS: Final = "tests/identity/test_interleaved.py"
UNSCOPED: Final = "tests/identity/test_unscoped.py"
CATALOGUE: Final = "tests/test_catalogue.py"
UPLOADS: Final = "accounts/uploads/tests"
CHECK_INS: Final = "checkins/tests"
LEAVING: Final = "tests/test_leaving.py"
ERASURE: Final = "tests/test_erasure.py"

PROOFS: Final[Mapping[str, tuple[str, ...]]] = {
    # --- tokens -----------------------------------------------------------------------------------------------------
    "no credentials, or not in the one form there is": (
        f"{TOKENS}::test_any_other_authorization_header_is_refused",
        f"{AUTHENTICATION}::test_bad_credentials_are_refused_on_every_route",
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
    ),
    "the scheme in another case, which is fine": (f"{TOKENS}::test_the_scheme_is_read_in_any_case",),
    "a token in a URL, a cookie, a body or another header": (f"{ATTACKS}::test_a_token_counts_in_its_header_alone",),
    "no signature, or an algorithm of the attacker's choice": (
        f"{TOKENS}::test_alg_none_in_any_form_is_refused",
        f"{TOKENS}::test_a_missing_alg_is_refused",
        f"{TOKENS}::test_algorithms_off_the_list_are_refused",
        f"{TOKENS}::test_a_header_that_is_no_plain_object_is_refused",
    ),
    "a MAC keyed with what is public": (
        f"{TOKENS}::test_a_mac_keyed_with_what_everybody_knows_is_refused",
        f"{SECRET}::test_no_hs256_token_is_accepted_without_a_configured_secret",
        f"{SECRET}::test_a_known_key_id_is_never_verified_by_the_secret",
    ),
    "signatures that are degenerate or cut short": (
        f"{TOKENS}::test_signatures_that_are_none_are_refused",
        f"{SECRET}::test_a_truncated_mac_is_refused",
    ),
    "another key under our key's name, or a name that does harm": (
        f"{TOKENS}::test_a_foreign_key_under_our_id_is_refused",
        f"{TOKENS}::test_a_key_id_that_is_none_is_refused_without_a_search",
        f"{KEYS}::test_an_unknown_key_id_is_looked_up_at_once_but_once_in_20_seconds",
    ),
    "a token that names where to find its key": (f"{TOKENS}::test_a_key_named_by_the_token_itself_is_ignored",),
    "extensions, nesting, encryption, junk between the characters": (
        f"{TOKENS}::test_headers_that_change_the_meaning_are_refused",
        f"{TOKENS}::test_what_is_not_three_base64url_parts_is_malformed",
        f"{TOKENS}::test_junk_in_base64_is_refused",
    ),
    "a payload of another form, or a huge one": (
        f"{CLAIMS}::test_a_payload_that_is_no_plain_object_is_refused",
        f"{TOKENS}::test_a_token_over_8000_characters_is_refused_unread",
        f"{TOKENS}::test_no_header_or_payload_whatever_breaks_the_verifier",
    ),
    "times that are over, to come, or no times": (
        f"{CLAIMS}::test_times_that_are_no_numbers_are_refused",
        f"{CLAIMS}::test_a_token_ends_ten_seconds_after_its_expiry_and_not_before",
        f"{CLAIMS}::test_a_token_from_the_future_is_refused",
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
    ),
    "issued by, or to, somebody else": (
        f"{CLAIMS}::test_only_the_exact_issuer_is_accepted",
        f"{CLAIMS}::test_only_the_exact_audience_is_accepted",
    ),
    "a subject that is no id": (f"{CLAIMS}::test_ids_are_canonical_uuids",),
    "a role of the service's, or a key in place of a token": (
        f"{CLAIMS}::test_only_the_role_authenticated_is_accepted",
        f"{SECRET}::test_the_legacy_api_keys_are_refused_although_they_are_signed",
    ),
    "a guest, or another application's token": (
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
        f"{AUTHENTICATION}::test_a_token_issued_to_another_application_is_forbidden",
    ),
    "rights written into the metadata": (
        f"{CLAIMS}::test_metadata_gives_no_rights_whatever_it_says",
        f"{ATTACKS}::test_what_a_token_says_beside_its_claims_of_ours_gives_nothing",
        "accounts/tests/test_profile.py::test_roles_are_those_of_the_table_alone",
    ),
    "while the keys cannot be fetched": (
        f"{KEYS}::test_while_the_endpoint_fails_keys_serve_on_for_an_hour_with_an_alarm",
        f"{KEYS}::test_forged_key_ids_and_a_hanging_endpoint_delay_nobody_else",
        f"{KEYS}::test_an_unknown_key_id_is_answered_within_3_seconds_though_the_endpoint_hangs",
    ),
    # --- what is another's ------------------------------------------------------------------------------------------
    "a connection that another member had before": (
        f"{TURNS}::test_members_on_the_same_connections_never_see_each_other",
        "tests/identity/test_interleaved.py::test_nor_do_they_where_a_pooler_hands_sessions_from_one_to_the_other",
        f"{BINDING}::test_a_failed_statement_ends_it",
    ),
    "ids of another member's things": (
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
        f"{ATTACKS}::test_an_id_of_one_kind_opens_nothing_of_another",
        f"{ATTACKS}::test_a_cafe_is_not_reached_through_another_members_list",
        f"{ATTACKS}::test_asking_for_the_head_alone_tells_no_more",
    ),
    "fields that are not the member's to say": (
        f"{ATTACKS}::test_a_body_decides_nothing_that_is_not_the_members_to_say",
        f"{TABLES}::test_columns_that_are_not_the_members_to_say_are_refused_one_by_one",
    ),
    "photos of another, used ones, late ones": (
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
        f"{UPLOADS}/test_verification.py::test_each_row_that_cannot_be_used_is_named_with_its_reason",
        f"{UPLOADS}/test_verification.py::test_another_member_s_file_looks_absent",
        f"{CHECK_INS}/test_database.py::test_only_own_pending_unexpired_uploads_of_the_right_kind_are_claimed",
    ),
    "parameters that widen a list": (
        f"{ATTACKS}::test_a_parameter_names_no_other_member_and_is_never_passed_over",
        f"{ATTACKS}::test_a_page_is_never_larger_than_we_say",
        f"{ATTACKS}::test_a_cursor_leads_nobody_to_what_is_not_theirs",
        f"{ATTACKS}::test_a_cursor_that_was_tampered_with_is_refused",
    ),
    "the tables behind the API's back": (
        f"{TABLES}::test_members_see_their_own_rows_and_nobody_elses",
        f"{TABLES}::test_rows_are_added_by_members_for_themselves_alone",
        f"{TABLES}::test_a_row_that_is_there_is_not_taken_over_by_adding_it_once_more",
        f"{TABLES}::test_rows_are_changed_by_their_member_alone",
        f"{TABLES}::test_rows_are_deleted_by_their_member_alone_and_only_where_that_is_meant",
        f"{TABLES}::test_closed_tables_are_closed_to_everybody",
        f"{TABLES}::test_nothing_is_emptied",
    ),
    "a view that forgets whose rows they are": (
        f"{UNSCOPED}::test_all_shows_only_what_is_the_members_own",
        f"{UNSCOPED}::test_update_changes_only_what_is_the_members_own",
        f"{UNSCOPED}::test_delete_takes_away_only_what_is_the_members_own",
    ),
    "the login itself": (f"{BINDING}::test_the_login_itself_may_nearly_nothing",),
    "functions that run as their owner": (
        f"{CATALOGUE}::test_definer_functions_live_in_private_with_an_empty_search_path",
        f"{CATALOGUE}::test_members_may_call_the_named_functions_only",
        f"{CATALOGUE}::test_every_view_reads_as_its_caller",
    ),
    # --- files ------------------------------------------------------------------------------------------------------
    "URLs that lead elsewhere": (
        f"{CHECK_INS}/test_own_objects.py::test_no_other_url_is_taken_and_none_is_fetched",
        f"{CHECK_INS}/test_own_objects.py::test_nothing_else_is",
    ),
    "files that are no photos, or more than photos": (
        f"{UPLOADS}/test_photos.py::test_a_hostile_file_is_refused_with_its_reason",
        f"{UPLOADS}/test_photos.py::test_nothing_that_a_file_tells_but_the_picture_is_in_any_copy",
        f"{UPLOADS}/test_processing.py::test_a_file_that_is_no_photo_is_refused_with_its_reason_and_goes",
    ),
    # --- leaving ----------------------------------------------------------------------------------------------------
    "a token of somebody who leaves or is gone": (
        f"{ROUTES}::test_what_members_have_is_theirs_alone",
        f"{LEAVING}::test_asking_again_gives_the_same_deletion",
        f"{ERASURE}::test_a_token_that_is_still_valid_opens_nothing_afterwards",
    ),
    "an erasure that is cut short, or a backup that brings a member back": (
        f"{ERASURE}::test_a_worker_that_is_killed_midway_is_followed_by_another",
        f"{ERASURE}::test_an_hmac_tells_who_it_was_to_the_holder_of_the_key_alone",
    ),
    # --- around it --------------------------------------------------------------------------------------------------
    "guessing at tokens, and pretending to come from elsewhere": (
        f"{LIMITS}::test_thirty_bad_tokens_a_minute_are_told_so_and_no_more",
        f"{LIMITS}::test_what_a_client_writes_into_x_forwarded_for_makes_nobody_new",
        f"{SCOPES}::test_without_redis_each_scope_does_as_the_table_says",
    ),
    "pages of the admin on the API's host": (f"{ATTACKS}::test_nothing_but_the_api_is_served_here",),
    "errors that tell how it is made": (f"{PROBLEMS}::test_what_a_view_raises_is_a_problem_inside_and_outside_drf",),
    "a cache that keeps a member's answer": (f"{ROUTES}::test_what_members_have_is_theirs_alone",),
}
