// The port through which a broadcast leaves. Owned here, implemented once per channel in adapters/; the practice kind has an
// implementation of its own that holds no token and reaches nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/message.h"
#include "base/outcome.h"
#include "base/result.h"

namespace kairan::broadcasts {

struct DeliveryLimits {
  std::size_t recipients = 500;       ///< addresses in one request
  double requests_per_second = 200;   ///< the platform's own limit, shared by every process on the account
};

/// What the platform says about the month.
struct DeliveryQuota {
  bool limited = false;
  std::int64_t limit = 0, used = 0;
};

/// Threads: every member may run on several threads at once.
class Deliverer {
 public:
  virtual ~Deliverer() = default;
  virtual std::string_view channel() const = 0;       ///< "line", "practice"; constant
  virtual bool reaches_residents() const = 0;         ///< false: a practice deliverer
  virtual DeliveryLimits limits() const = 0;          ///< constant
  virtual ChannelLimits message_limits() const = 0;   ///< constant

  /// Whether this is an address of the channel.
  virtual bool can_reach(std::string_view address) const = 0;
  /// Messages as the channel's own bytes; the same messages give the same bytes. kInvalid names what is over a limit.
  virtual Result<std::string> render(const std::vector<Message>& messages) const = 0;
  /// The same for people who read in another way. Channels that know no other way ignore it.
  virtual Result<std::string> render_as(const std::vector<Message>& messages, Display display) const {
    (void)display;
    return render(messages);
  }
  /// The whole request for these addresses, stored before its first try and repeated byte for byte.
  /// @param unit  name for the platform's own statistics; may be empty
  virtual Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                                      std::string_view unit) const = 0;
  /// Tries once. Never throws, never retries, ends within `timeout`. `retry_key` is a UUID fixed with the bytes.
  virtual SendResult deliver(std::string_view request, std::string_view retry_key,
                             std::chrono::milliseconds timeout) = 0;
  /// Whether the platform would take these messages. kInvalid with the places it complains about when not.
  virtual Status validate(std::string_view rendered, std::chrono::milliseconds timeout) = 0;
  virtual Result<DeliveryQuota> quota(std::chrono::milliseconds timeout) = 0;
};

}  // namespace kairan::broadcasts
