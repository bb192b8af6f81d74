#include "gateway/main/staff_desk.h"

#include <utility>

#include "base/log.h"

namespace kairan::gateway {
namespace {

std::vector<std::unique_ptr<StaffChannel>> make_channels(const Config& config, adapters::line::LineChannel& line,
                                                         const Clock& clock) {
  std::vector<std::unique_ptr<StaffChannel>> channels;
  if (!config.smtp_url.empty() && !config.staff_mail.empty() && !config.staff_mail_from.empty()) {
    adapters::mail::SmtpOptions options;
    options.url = config.smtp_url;
    options.from = config.staff_mail_from;
    options.to = config.staff_mail;
    options.escalation = config.staff_escalation;
    channels.push_back(std::make_unique<adapters::mail::SmtpMailer>(std::move(options), clock));
  }
  if (!config.staff_line_group.empty()) {
    channels.push_back(std::make_unique<adapters::line::StaffGroup>(line.api(), config.staff_line_group));
  }
  return channels;
}

std::vector<StaffChannel*> pointers(const std::vector<std::unique_ptr<StaffChannel>>& channels) {
  std::vector<StaffChannel*> all;
  all.reserve(channels.size());
  for (const auto& channel : channels) all.push_back(channel.get());
  return all;
}

}  // namespace

StaffDesk::StaffDesk(const Config& config, store::RedisClient& redis, store::Partition partitions,
                     adapters::line::LineChannel& line, broadcasts::SchemaSource schema, const Clock& clock)
    : config_(config),
      schema_(std::move(schema)),
      clock_(clock),
      partitions_(partitions),
      audit_(redis),
      book_(redis),
      links_(redis),
      media_(config.data_dir + store::kMediaFolder),
      broadcasts_(redis),
      ledger_(redis, partitions),
      queue_(redis),
      figures_(ledger_),
      frames_(redis, audit_, clock),
      alert_releases_(redis, audit_, config.content, clock, &notices_),
      channels_(make_channels(config, line, clock)),
      departures_(redis),
      notices_({redis, queue_, broadcasts_, book_, audit_, figures_, schema_, pointers(channels_), clock,
                config.escalate_after, {[this] {
                                          if (series_) (void)series_->run(clock_.now());
                                          if (blocks_) blocks_->run_once();
                                          if (!reminders_) return;
                                          const auto made = reminders_->run_once();
                                          if (!made) log::warn("reminder.later", {{"reason", made.error().detail}});
                                        }}}) {}

void StaffDesk::join(Broadcasting& broadcasting) {
  blocks_ = std::make_unique<broadcasts::BlockCounts>(broadcasts::BlockCounts::Parts{
      broadcasts_, departures_, broadcasting.reach(), figures_, partitions_, clock_});
  series_ = std::make_unique<broadcasts::Recurrence>(broadcasts_, audit_, links_, [folder = config_.content] {
    std::vector<FileProblem> problems;
    return std::make_shared<const broadcasts::Holidays>(
        broadcasts::load_holidays(folder, problems).value_or(broadcasts::Holidays()));
  });
  service_ = std::make_unique<broadcasts::StaffService>(
      broadcasts::ServiceParts{broadcasts_, audit_, links_, frames_, broadcasting.composer(), figures_, &broadcasting.reach(),
                               broadcasting.line(), broadcasting.practice(), test_recipients(config_), &notices_, clock_,
                               config_.public_base_url});
}

void StaffDesk::remind(store::RedisClient& redis, store::Subscribers& subscribers, const EngineSlot& engine) {
  reminders_ = std::make_unique<ReminderRounds>(
      ReminderRoundParts{redis, subscribers, engine, schema_, *service_, notices_, clock_});
}

broadcasts::AllowList test_recipients(const Config& config) {
  return [recipients = config.test_recipients] { return recipients; };
}

}  // namespace kairan::gateway
