#include "gateway/main/broadcasting.h"

#include <utility>

#include "base/log.h"
#include "gateway/process_identity.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kEmergencySenders = 4;

class LogNotice final : public broadcasts::StaffNotice {
 public:
  void tell(const broadcasts::Notice& notice) override {
    log::warn("broadcast.notice", {{"broadcast", notice.broadcast}, {"kind", static_cast<int>(notice.kind)}});
  }
  Status over(const store::BroadcastRecord&) override { return {}; }
};

}  // namespace

Broadcasting::Broadcasting(BroadcastingParts parts)
    : parts_(std::move(parts)),
      line_(parts_.line.api()),
      practice_(line_.limits(), line_.message_limits(),
                [this](const std::vector<Message>& messages, Display display) { return line_.render_as(messages, display); }),
      broadcasts_(parts_.redis),
      ledger_(parts_.redis, parts_.subscribers.partitions()),
      reach_(broadcasts_, ledger_),
      figures_(ledger_),
      composer_({parts_.subscribers, parts_.schema, &reach_, line_, parts_.practice, parts_.clock,
                 parts_.config.public_base_url}),
      log_notice_(std::make_unique<LogNotice>()) {}

Broadcasting::~Broadcasting() {
  stop();
}

void Broadcasting::start(const std::string& installation) {
  broadcasts::DispatcherOptions options;
  options.batch.owner = process_identity();
  options.batch.installation = installation;
  options.rate.per_second = static_cast<double>(parts_.config.broadcast_rate);
  options.senders = parts_.config.broadcast_senders;
  options.emergency_senders = kEmergencySenders;
  options.is_gone = is_gone;
  broadcasts::StaffNotice& staff = parts_.staff != nullptr ? *parts_.staff : *log_notice_;
  dispatcher_ = std::make_unique<broadcasts::Dispatcher>(
      broadcasts::DispatcherParts{parts_.redis, broadcasts_, ledger_, parts_.subscribers, composer_,
                                  {&line_, &practice_}, staff, parts_.clock},
      options);
  dispatcher_->start();
}

void Broadcasting::stop() {
  if (dispatcher_) dispatcher_->stop();
}

std::size_t Broadcasting::connections(const Config& config) {
  return config.broadcast_senders + kEmergencySenders + 8;
}

}  // namespace kairan::gateway
