-- What the tax authority is told: summaries of invoices (01/TH-HĐĐT), notices of errors (04/SS-HĐĐT), single invoices; and what it answered.

-- When the invoice of a bill has to be made at the latest, once billing has told for which days the bill is and it waits on.
ALTER TABLE waiting_bills ADD COLUMN due_on date;

-- The buyer has neither of the codes by which a summary may tell of an invoice: it goes to the authority by itself.
ALTER TABLE invoices ADD COLUMN told_singly boolean NOT NULL DEFAULT false;
CREATE INDEX invoices_told_singly ON invoices (symbol, number) WHERE told_singly;
CREATE INDEX invoices_by_day ON invoices (symbol, made_on);

CREATE TABLE summaries (
    summary_id uuid PRIMARY KEY,
    seller_tax_code text NOT NULL REFERENCES sellers,
    kind text NOT NULL CHECK (kind IN ('month', 'quarter')),
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day > first_day),
    -- Among those of the period, from 1 on.
    number integer NOT NULL CHECK (number BETWEEN 1 AND 99999),
    -- 0: told first; else the number of the supplement.
    supplement integer NOT NULL CHECK (supplement BETWEEN 0 AND 999),
    due_on date NOT NULL,
    invoices integer NOT NULL CHECK (invoices > 0),
    before_vat bigint NOT NULL,
    vat bigint NOT NULL,
    total bigint NOT NULL CHECK (total = before_vat + vat),
    made_at timestamptz NOT NULL,
    made_by text NOT NULL CHECK (made_by <> ''),
    -- The element DLBTHop, byte for byte what is signed.
    data bytea NOT NULL,
    UNIQUE (seller_tax_code, first_day, last_day, number)
);

-- Each invoice stands in one summary, for ever.
CREATE TABLE summary_rows (
    invoice_id uuid PRIMARY KEY REFERENCES invoices,
    summary_id uuid NOT NULL REFERENCES summaries
);
CREATE INDEX summary_rows_of_summary ON summary_rows (summary_id);

CREATE TABLE error_notices (
    notice_id uuid PRIMARY KEY,
    seller_tax_code text NOT NULL REFERENCES sellers,
    invoice_id uuid NOT NULL REFERENCES invoices,
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL,
    made_by text NOT NULL CHECK (made_by <> ''),
    -- The element DLTBao, byte for byte what is signed.
    data bytea NOT NULL
);

CREATE TABLE authority_messages (
    message_id uuid PRIMARY KEY,
    -- MTDiep: the same in each attempt, so that it is known again.
    message_code text NOT NULL UNIQUE,
    -- MLTDiep: 203 an invoice, 300 a notice of errors, 400 a summary.
    kind text NOT NULL CHECK (kind IN ('203', '300', '400')),
    seller_tax_code text NOT NULL REFERENCES sellers,
    summary_id uuid REFERENCES summaries,
    notice_id uuid REFERENCES error_notices,
    invoice_id uuid REFERENCES invoices,
    due_on date NOT NULL,
    ordered_at timestamptz NOT NULL,
    ordered_by text NOT NULL CHECK (ordered_by <> ''),
    CHECK (
        (kind = '400') = (summary_id IS NOT NULL)
        AND (kind = '300') = (notice_id IS NOT NULL)
        AND (kind = '203') = (invoice_id IS NOT NULL)
    )
);
CREATE INDEX authority_messages_of_summary ON authority_messages (summary_id) WHERE summary_id IS NOT NULL;
CREATE UNIQUE INDEX authority_messages_of_invoice ON authority_messages (invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE message_signatures (
    message_id uuid PRIMARY KEY REFERENCES authority_messages,
    signed_at timestamptz NOT NULL,
    fingerprint bytea NOT NULL REFERENCES certificates,
    signature bytea NOT NULL
);

-- Where a message stands: `sent` when the provider may have it, `received` when it has said so (999), then what became of it.
CREATE TABLE message_states (
    message_id uuid PRIMARY KEY REFERENCES authority_messages,
    state text NOT NULL DEFAULT 'ordered' CHECK (state IN ('ordered', 'sent', 'received', 'accepted', 'refused')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    problem text NOT NULL DEFAULT '',
    CHECK ((settled_at IS NOT NULL) = (state IN ('accepted', 'refused')))
);
CREATE INDEX message_states_due ON message_states (next_attempt_at) WHERE settled_at IS NULL;

CREATE TABLE authority_answers (
    answer_id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES authority_messages,
    kind text NOT NULL,
    is_good boolean NOT NULL,
    -- Nothing comes after it.
    is_final boolean NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    content bytea NOT NULL
);
CREATE INDEX authority_answers_of_message ON authority_answers (message_id);

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON summaries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON summaries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON summary_rows FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON summary_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON error_notices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON authority_messages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON message_signatures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON authority_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();

SELECT begin_history_of_others('summaries', 'summary_id', '{data}');
SELECT begin_history_of_others('summary_rows', 'invoice_id');
SELECT begin_history_of_others('message_states', 'message_id');
SELECT begin_history_of_others('authority_answers', 'answer_id', '{content}');
