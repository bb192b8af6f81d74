#include "adapters/simulator/world.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::adapters::simulator {
namespace {

std::string bot_id_of(std::uint64_t seed) {
  Directory directory(seed ^ 0x626f74ull);
  return directory.id_text(directory.add_next());
}

/// What the account sent, as a chat shows it.
ChatEntry entry_of(const AcceptedSend& send, const Ledger& ledger) {
  ChatEntry entry;
  entry.from = ChatEntry::From::kAccount;
  entry.at = send.at;
  entry.messages = ledger.body(send.body);
  entry.via = send.endpoint;
  entry.id = send.request_id;
  return entry;
}

}  // namespace

World::World(const SimulatorOptions& given, const Clock& time)
    : options(given),
      clock(time),
      bot_user_id(bot_id_of(given.seed)),
      people(given.seed),
      chats(static_cast<std::uint64_t>(to_unix_ms(time.now()))),
      tokens(given.limits.reply_token_after_webhook, given.limits.reply_token_after_event),
      ledger(given.limits.retry_key_memory),
      faults(given.seed),
      sender(given, bot_user_id, time, *this) {
  for (std::size_t i = 0; i < given.first_users; ++i) {
    const UserIndex index = people.add_next();
    people.set_follow(index, FollowState::kFollowing);
  }
}

std::string World::next_message_id() {
  // Ids grow with time, also over restarts, and stay above 2^53 as LINE's do.
  last_message_id_ = std::max(last_message_id_ + 1, to_unix_ms(clock.now()) << 19);
  return std::to_string(last_message_id_);
}

std::string World::next_token(std::string_view prefix) {
  return std::string(prefix) + random_hex(16);
}

void World::accept(AcceptedSend send, bool counted) {
  if (counted) quota_used += send.recipients.size();
  const auto number = static_cast<std::uint32_t>(ledger.size());
  const auto show = [&](const std::string& chat_id) {
    Chat* chat = chats.find(chat_id);
    if (chat == nullptr) return;
    chats.append(*chat, entry_of(send, ledger));
    changed.notify_all();
  };
  for (const UserIndex index : send.recipients) {
    people.note_received(index, number);
    if (send.chat_id.empty() && people.at(index).has_chat) show(people.id_text(index));
  }
  if (!send.chat_id.empty()) {
    open_chat(send.chat_id);
    show(send.chat_id);
  }
  ledger.accept(std::move(send));
}

Chat* World::open_chat(const std::string& chat_id) {
  if (Chat* chat = chats.find(chat_id)) return chat;
  Chat* chat = chats.open(chat_id);
  const UserIndex index = people.find(chat_id);
  if (chat == nullptr || index == kNobody) return chat;
  Person& person = people.at(index);
  person.has_chat = true;
  auto recent = person.recent;
  std::sort(recent.begin(), recent.end());
  for (const std::uint32_t number : recent) {
    if (number == 0) continue;
    const AcceptedSend& send = ledger.send(number - 1);
    if (!send.chat_id.empty()) continue;
    chats.append(*chat, entry_of(send, ledger));
  }
  return chat;
}

void World::system_line(const std::string& chat_id, const std::string& text) {
  Chat* chat = open_chat(chat_id);
  if (chat == nullptr) return;
  ChatEntry entry;
  entry.at = clock.now();
  entry.messages = dump_json(nlohmann::json::array({{{"type", "text"}, {"text", text}}}));
  chats.append(*chat, std::move(entry));
  changed.notify_all();
}

void World::reset_counters() {
  people.clear_counters();
  ledger.clear();
  endpoints.clear();
  refusals.clear();
  webhooks = WebhookStats();
  multicast_requests.clear();
  multicast_accepted.clear();
  quota_used = 0;
  retry_body_changed = 0;
}

void World::reset_all() {
  reset_counters();
  for (UserIndex index = 0; index < people.size(); ++index) people.at(index).has_chat = false;
  chats.clear();
  tokens.clear();
  groups.clear();
  menus.clear();
  faults.clear();
  contents.clear();
  buckets.clear();
}

WebhookObserver::Start World::plan_webhook(const WebhookJob&) {
  std::lock_guard lock(mutex);
  const FaultPlan plan = faults.draw("webhook");
  return {plan.delay, plan.twice};
}

void World::webhook_leaves(const WebhookJob& job) {
  std::lock_guard lock(mutex);
  ++webhooks.sent;
  if (job.copy) ++webhooks.copies;
  if (job.attempt > 0) ++webhooks.redeliveries;
  if (!job.reply_token.empty()) tokens.note_sent(job.reply_token, clock.now());
}

void World::webhook_ended(const WebhookJob& job, int status, bool again, std::chrono::milliseconds took) {
  std::lock_guard lock(mutex);
  webhooks.slowest = std::max(webhooks.slowest, took);
  if (status == 0) {
    ++webhooks.no_answer;
  } else {
    ++webhooks.answered[status];
  }
  if (job.copy) return;
  const bool taken = status >= 200 && status < 300;
  if (taken) ++webhooks.taken;
  if (again) ++webhooks.planned;
  if (!taken && !again) ++webhooks.given_up;
  if (job.entry_seq != 0 && !again) {
    chats.set_state(job.chat_id, job.entry_seq, taken ? "read" : "failed");
    changed.notify_all();
  }
}

void World::flush() {
  std::vector<WebhookJob> jobs;
  {
    std::lock_guard lock(mutex);
    jobs.swap(outbox_);
  }
  for (WebhookJob& job : jobs) sender.enqueue(std::move(job));
}

}  // namespace kairan::adapters::simulator
