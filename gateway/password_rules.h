// What a staff password must be: long enough, not one that everybody tries first, not made of the account's own name (NIST
// SP 800-63B section 5.1.1.2: length and a list; no rules about kinds of characters). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/staff_text.h"

namespace kairan::gateway {

inline constexpr std::size_t kPasswordLeastCharacters = 12;
inline constexpr std::size_t kPasswordMostBytes = 256;

/// Empty when it may be used; else what is wrong and what to do.
StaffText password_problem(const Secret& password, std::string_view account);

}  // namespace kairan::gateway
