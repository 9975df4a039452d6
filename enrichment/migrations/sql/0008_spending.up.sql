-- What was spent, day by day in Taipei, kept beside the ledger: a budget is looked at before every call, and summing a month
-- of the ledger each time would take longer than some of the calls.
ALTER TABLE llm_daily_spend ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON llm_daily_spend FROM anon, authenticated;

CREATE FUNCTION private.sum_llm_usage_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    INSERT INTO public.llm_daily_spend AS known
        (day, purpose, provider, model, calls, items, tokens_in, tokens_out, tokens_cached, usd)
    SELECT (created_at AT TIME ZONE 'Asia/Taipei')::date AS day, purpose, provider, model,
           count(*), sum(items), sum(tokens_in), sum(tokens_out), sum(tokens_cached), sum(usd)
      FROM new_rows GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (day, purpose, provider, model) DO UPDATE SET
        calls = known.calls + excluded.calls, items = known.items + excluded.items,
        tokens_in = known.tokens_in + excluded.tokens_in, tokens_out = known.tokens_out + excluded.tokens_out,
        tokens_cached = known.tokens_cached + excluded.tokens_cached, usd = known.usd + excluded.usd;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.sum_llm_usage_v1() FROM PUBLIC;
-- From here on nobody else writes to the ledger until this migration commits, so nothing is counted twice or never.
CREATE TRIGGER sum_on_insert AFTER INSERT ON llm_usage
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.sum_llm_usage_v1();
INSERT INTO llm_daily_spend (day, purpose, provider, model, calls, items, tokens_in, tokens_out, tokens_cached, usd)
SELECT (created_at AT TIME ZONE 'Asia/Taipei')::date, purpose, provider, model,
       count(*), sum(items), sum(tokens_in), sum(tokens_out), sum(tokens_cached), sum(usd)
  FROM llm_usage GROUP BY 1, 2, 3, 4;

-- How one purpose, or each, stands with its budget at a moment. reserved_usd is what batches that are not collected yet are
-- expected to cost; as it is paid when they are collected, it counts against the day and the month that are running.
-- reached_by and reached_until are NULL while something may be spent; the month outranks the day, for it lasts longer.
CREATE FUNCTION private.budget_states_v1(spender text, at timestamptz)
RETURNS TABLE (
    purpose text, daily_usd numeric, monthly_usd numeric, day_usd numeric, month_usd numeric, reserved_usd numeric,
    reached_by text, reached_until timestamptz
) LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT known.purpose, known.daily_usd, known.monthly_usd, known.day_usd, known.month_usd, known.reserved_usd,
           known.reached_by,
           CASE known.reached_by
               WHEN 'month' THEN (date_trunc('month', known.today) + interval '1 month') AT TIME ZONE 'Asia/Taipei'
               WHEN 'day' THEN (known.today + interval '1 day') AT TIME ZONE 'Asia/Taipei'
           END
      FROM (
          SELECT budget.purpose, budget.daily_usd, budget.monthly_usd, spent.day_usd, spent.month_usd,
                 reserved.reserved_usd, clock.today,
                 CASE WHEN spent.month_usd + reserved.reserved_usd >= budget.monthly_usd THEN 'month'
                      WHEN spent.day_usd + reserved.reserved_usd >= budget.daily_usd THEN 'day' END AS reached_by
            FROM public.llm_budgets AS budget
           CROSS JOIN (SELECT date_trunc('day', at AT TIME ZONE 'Asia/Taipei') AS today) AS clock
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(spend.usd) FILTER (WHERE spend.day = clock.today::date), 0) AS day_usd,
                      coalesce(sum(spend.usd), 0) AS month_usd
                 FROM public.llm_daily_spend AS spend
                WHERE spend.purpose = budget.purpose
                  AND spend.day BETWEEN date_trunc('month', clock.today)::date AND clock.today::date
           ) AS spent
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(item.estimated_usd), 0) AS reserved_usd
                 FROM public.llm_batch_items AS item JOIN public.llm_batches AS batch ON batch.id = item.batch_id
                WHERE item.status = 'pending' AND batch.purpose = budget.purpose
           ) AS reserved
           WHERE spender IS NULL OR budget.purpose = spender
      ) AS known
     ORDER BY known.purpose
$$;
REVOKE ALL ON FUNCTION private.budget_states_v1(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.budget_states_v1(text, timestamptz) TO service_role;

-- Pause the purpose's lane if its budget is reached, or let it go on if it no longer is. Says why, and until when, to the one
-- who is first to find it reached, and nothing to all others.
--
-- Whoever has just noted a cost waits here for those who did so before: each sees the sums of all of them, so that one of
-- them sees the whole. A pause that an operator set, or a longer one that a provider asked for, stays as it is.
CREATE FUNCTION private.settle_budget_v1(spender text, at timestamptz)
RETURNS TABLE (reason text, until timestamptz) LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    held record;
    known record;
    why text;
BEGIN
    SELECT budget.reached_until INTO held FROM public.llm_budgets AS budget WHERE budget.purpose = spender
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO known FROM private.budget_states_v1(spender, at);
    IF known.reached_by IS NULL THEN
        IF held.reached_until IS NOT NULL THEN
            UPDATE public.llm_budgets AS budget SET reached_at = NULL, reached_until = NULL, reached_by = NULL
             WHERE budget.purpose = spender;
            PERFORM private.end_budget_pause_v1(spender, held.reached_until);
        END IF;
        RETURN;
    END IF;
    why := format(
        'The budget of the %s is reached: USD %s of %s are spent%s.', known.reached_by,
        round(CASE known.reached_by WHEN 'month' THEN known.month_usd ELSE known.day_usd END, 2),
        CASE known.reached_by WHEN 'month' THEN known.monthly_usd ELSE known.daily_usd END,
        CASE WHEN known.reserved_usd > 0 THEN format(', and USD %s reserved for batches', round(known.reserved_usd, 2))
             ELSE '' END
    );
    UPDATE public.job_lanes AS lane SET paused_until = known.reached_until, pause_reason = why
     WHERE lane.job_type = spender AND NOT lane.paused
       AND (lane.paused_until IS NULL OR lane.paused_until < known.reached_until);
    IF held.reached_until IS DISTINCT FROM known.reached_until THEN
        UPDATE public.llm_budgets AS budget
           SET reached_at = at, reached_until = known.reached_until, reached_by = known.reached_by
         WHERE budget.purpose = spender;
        IF known.reached_until < held.reached_until THEN  -- the month's was raised, the day's is still reached
            PERFORM private.shorten_budget_pause_v1(spender, held.reached_until, known.reached_until, why);
        END IF;
        RETURN QUERY SELECT why, known.reached_until::timestamptz;
    END IF;
END $$;

-- A lane is taken for paused by the budget alone if no operator has paused it and it ends when the budget's pause does.
CREATE FUNCTION private.end_budget_pause_v1(spender text, held_until timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    UPDATE public.job_lanes AS lane SET paused_until = NULL, pause_reason = NULL
     WHERE lane.job_type = spender AND NOT lane.paused AND lane.paused_until = held_until;
    IF FOUND THEN
        PERFORM private.wake_relays_v1();
    END IF;
END $$;
CREATE FUNCTION private.shorten_budget_pause_v1(spender text, held_until timestamptz, new_until timestamptz, why text)
    RETURNS void LANGUAGE sql SET search_path = '' AS $$
    UPDATE public.job_lanes AS lane SET paused_until = new_until, pause_reason = why
     WHERE lane.job_type = spender AND NOT lane.paused AND lane.paused_until = held_until
$$;
REVOKE ALL ON FUNCTION private.settle_budget_v1(text, timestamptz), private.end_budget_pause_v1(text, timestamptz),
    private.shorten_budget_pause_v1(text, timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.settle_budget_v1(text, timestamptz), private.end_budget_pause_v1(text, timestamptz),
    private.shorten_budget_pause_v1(text, timestamptz, timestamptz, text) TO service_role;

-- A budget that is raised or removed lets its lane go on at once, whoever changed it and in whatever way. One that is
-- lowered pauses nothing here: the next call that would cost something does.
CREATE FUNCTION private.budget_changed_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    IF OLD.reached_until > statement_timestamp() THEN
        IF TG_OP = 'DELETE' THEN
            PERFORM private.end_budget_pause_v1(OLD.purpose, OLD.reached_until);
        ELSE
            PERFORM private.settle_budget_v1(OLD.purpose, statement_timestamp());
        END IF;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.budget_changed_v1() FROM PUBLIC;
CREATE TRIGGER settle_on_change AFTER UPDATE OF daily_usd, monthly_usd OR DELETE ON llm_budgets
    FOR EACH ROW EXECUTE FUNCTION private.budget_changed_v1();

-- What the API's processes, which may not see the ledger, note of searches: one call to embed a text. Whoever misuses it can
-- do no more than switch off the meaning in searches for the day, and not for nothing: it costs them thousands of calls.
CREATE FUNCTION private.note_search_v1(new_provider text, new_model text, new_tokens_in integer, new_usd numeric)
RETURNS TABLE (reason text, until timestamptz) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    IF new_provider IS NULL OR new_model IS NULL OR new_tokens_in IS NULL OR new_usd IS NULL
        OR new_provider !~ '^[a-z0-9_-]{1,40}$' OR new_model !~ '^[[:alnum:]/._:@-]{1,100}$'
        OR new_tokens_in NOT BETWEEN 0 AND 10000 OR new_usd NOT BETWEEN 0 AND 0.01
    THEN
        RAISE EXCEPTION 'This is not what embedding the text of a search costs.' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'llm_usage_search_bounds';
    END IF;
    INSERT INTO public.llm_usage (provider, model, purpose, tokens_in, usd)
    VALUES (new_provider, new_model, 'search', new_tokens_in, new_usd);
    RETURN QUERY SELECT * FROM private.settle_budget_v1('search', statement_timestamp());
END $$;
-- Whether searches may still cost something.
CREATE FUNCTION private.search_allowed_v1() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT NOT EXISTS (
        SELECT FROM private.budget_states_v1('search', statement_timestamp()) AS known WHERE known.reached_by IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION private.note_search_v1(text, text, integer, numeric), private.search_allowed_v1() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.note_search_v1(text, text, integer, numeric), private.search_allowed_v1() TO authenticated;
