#include "adapters/line/line_deliverer.h"

#include "adapters/line/display.h"
#include "adapters/line/messages.h"

namespace kairan::adapters::line {
namespace {

// line-platform 2.2: ids in one multicast, multicasts a second.
constexpr std::size_t kRecipients = 500;
constexpr double kPerSecond = 200;
constexpr std::size_t kIdBytes = 33;

}  // namespace

broadcasts::DeliveryLimits LineDeliverer::limits() const { return {kRecipients, kPerSecond}; }

ChannelLimits LineDeliverer::message_limits() const { return channel_limits(); }

bool LineDeliverer::can_reach(std::string_view address) const {
  return address.size() == kIdBytes && address[0] == 'U' &&
         address.substr(1).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::string> LineDeliverer::render(const std::vector<Message>& messages) const {
  return render_messages(messages);
}

Result<std::string> LineDeliverer::render_as(const std::vector<Message>& messages, Display display) const {
  return render_messages(arrange(messages, display));
}

Result<std::string> LineDeliverer::compose(const std::vector<std::string>& addresses, std::string_view rendered,
                                           std::string_view unit) const {
  return ApiClient::multicast_body(addresses, rendered, unit);
}

SendResult LineDeliverer::deliver(std::string_view request, std::string_view retry_key,
                                  std::chrono::milliseconds timeout) {
  return api_.multicast(request, retry_key, timeout);
}

Status LineDeliverer::validate(std::string_view rendered, std::chrono::milliseconds timeout) {
  return api_.validate(ValidateTarget::kMulticast, rendered, timeout);
}

Result<broadcasts::DeliveryQuota> LineDeliverer::quota(std::chrono::milliseconds timeout) {
  const auto quota = api_.quota(timeout);
  if (!quota) return quota.error();
  const auto used = api_.consumption(timeout);
  if (!used) return used.error();
  return broadcasts::DeliveryQuota{quota->limited, quota->limit, *used};
}

}  // namespace kairan::adapters::line
