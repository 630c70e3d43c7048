-- For books that grew long: what was used of a lease after an instant, without what was used before it; the postings of one line of an invoice.
CREATE INDEX usage_event_until ON usage_event (lease_id, until_at);
CREATE INDEX posting_line ON posting (transaction_id, invoice_line);
