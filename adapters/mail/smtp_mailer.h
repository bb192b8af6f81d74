// Mails to staff over SMTP: smtp:// with STARTTLS, smtps:// with TLS from the start, user and password in the address. Without
// TLS only to this machine. The only file that knows libcurl is smtp_mailer.cpp. Threads: any.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "gateway/staff_channel.h"

namespace kairan::adapters::mail {

struct SmtpOptions {
  Secret url;                           ///< smtp.url
  std::string from;
  std::vector<std::string> to;          ///< who is told
  std::vector<std::string> escalation;  ///< who is told when nobody reads; empty: `to` again
  std::chrono::milliseconds timeout{15'000};
};

class SmtpMailer final : public gateway::StaffChannel {
 public:
  /// @param clock  outlives this
  SmtpMailer(SmtpOptions options, const Clock& clock);

  std::string_view name() const override { return "mail"; }
  /// kRefused when the server refuses the login, a recipient or the mail; kUnavailable when it was not reached; kTimeout
  /// when it may have taken it.
  Status send(const gateway::StaffMessage& message) override;

 private:
  const SmtpOptions options_;
  const Clock& clock_;
};

}  // namespace kairan::adapters::mail
