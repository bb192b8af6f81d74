// The Lua scripts of the store, one per store/scripts/*.lua; each file says its KEYS, ARGV and answer at its top.
#pragma once

#include "store/redis_client.h"

namespace kairan::store::scripts {

const Script& chain_append();
const Script& inbox_append();
const Script& inbox_commit();
const Script& inbox_fail();
const Script& inbox_rerun();
const Script& notice_add();
const Script& outbox_read();
const Script& outbox_begin_try();
const Script& outbox_finish();
const Script& lease_acquire();
const Script& lease_release();
const Script& members_join();
const Script& broadcast_create();
const Script& broadcast_update();
const Script& group_enter();
const Script& subscriber_change();
const Script& ledger_freeze_begin();
const Script& ledger_freeze_partition();
const Script& ledger_freeze_end();
const Script& ledger_plan();
const Script& ledger_claim();
const Script& ledger_begin();
const Script& ledger_later();
const Script& ledger_finish();
const Script& ledger_split();
const Script& ledger_release();
const Script& ledger_erase();
const Script& rate_lease();
const Script& subscriber_ensure();
const Script& subscriber_erase();
const Script& subscriber_follow();
const Script& subscriber_forget();
const Script& subscriber_import();
const Script& subscriber_reconcile();
const Script& record_put();
const Script& rules_move();
const Script& step_claim();
const Script& session_read();
const Script& login_try();
const Script& once_begin();

}  // namespace kairan::store::scripts
