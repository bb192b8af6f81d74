// A mail as bytes (RFC 5322, RFC 2047 for the subject, base64 body in UTF-8). Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace kairan::adapters::mail {

struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string subject;
  std::string text;
  std::string message_id;  ///< local part; letters, digits and hyphens
};

/// One address "name@example.jp" without display name, comments and controls: what may stand in a header and an envelope.
bool is_mail_address(std::string_view address);

/// The whole message with CRLF line ends. Line breaks in the subject become blanks, so that no header can be added.
std::string mail_bytes(const Mail& mail, TimePoint now);

}  // namespace kairan::adapters::mail
