// The staff's desk over the store of a running gateway, for commands. Sends nothing itself but test sends: the gateway does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/main/attach.h"
#include "gateway/main/staff_desk.h"
#include "gateway/settings_desk.h"
#include "store/accounts.h"

namespace kairan::gateway {

struct AttachedDesk {
  std::unique_ptr<AttachedStore> attached;
  SystemClock clock;
  std::unique_ptr<SchemaSlot> schema;
  std::unique_ptr<store::Subscribers> subscribers;
  std::unique_ptr<adapters::line::LineChannel> line;
  std::unique_ptr<StaffDesk> desk;
  std::unique_ptr<Broadcasting> broadcasting;
  std::unique_ptr<store::Accounts> accounts;

  /// The account as it is now. Says on standard error why when there is none or it is switched off.
  std::optional<store::Actor> account(const std::string& name);
};

/// Says on standard error what is missing and returns nothing when it cannot be opened.
std::unique_ptr<AttachedDesk> open_attached_desk(const std::string& config_file);

/// Prints an error for staff. @return the exit code: 1 for what the person can mend, 2 for the rest
int print_error(const Error& error);

}  // namespace kairan::gateway
