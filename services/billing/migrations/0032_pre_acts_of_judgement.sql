-- A judgement that is made again, because the period before was released or corrected, may find nothing any more.
ALTER TABLE reading_acts DROP CONSTRAINT reading_acts_act_check,
    ADD CONSTRAINT reading_acts_act_check
        CHECK (act IN ('held', 'cleared', 'released', 'corrected', 'sent_back', 'replaced'));
