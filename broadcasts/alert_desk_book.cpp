#include "broadcasts/alert_desk_book.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "broadcasts/alert_records.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLog = 500;

}  // namespace

HeldAlert* AlertDesk::Book::find(std::string_view id) {
  const auto found = std::find_if(held.begin(), held.end(), [&](const HeldAlert& one) { return one.id == id; });
  return found == held.end() ? nullptr : &*found;
}

void AlertDesk::Book::remove_held(std::string_view episode, std::vector<std::string>& gone) {
  const auto first =
      std::stable_partition(held.begin(), held.end(), [&](const HeldAlert& one) { return one.episode != episode; });
  for (auto at = first; at != held.end(); ++at) gone.push_back(at->id);
  held.erase(first, held.end());
}

void AlertDesk::Book::erase_held(std::string_view id) {
  held.erase(std::remove_if(held.begin(), held.end(), [&](const HeldAlert& one) { return one.id == id; }), held.end());
}

void AlertDesk::Book::write_down(AlertLogEntry entry) {
  log.push_back(std::move(entry));
  if (log.size() > kMaxLog) log.erase(log.begin(), log.end() - kMaxLog);
}

void AlertDesk::Book::order(AlertOrder made, const std::string& episode) {
  order_episode[made.id] = episode;
  orders.push_back(std::move(made));
}

Result<AlertDesk::Book> AlertDesk::Book::from(const store::AlertBookPage& page) {
  Book book;
  book.revision = page.revision;
  book.state.restored = page.restored;
  if (page.document.empty()) return book;
  const json from = json::parse(page.document, nullptr, false);
  if (from.is_discarded()) return Error{ErrorCode::kCorrupt, "the book of alerts is not JSON"};
  try {
    Result<AlertState> state = AlertState::from_json(from.at("state").get<std::string>());
    if (!state) return state.error();
    book.state = std::move(*state);
    book.state.restored = page.restored;
    book.restored = from_unix_ms(from.value("restored", std::int64_t{0}));
    for (const json& one : from.at("held")) book.held.push_back(held_from(one));
    for (const json& one : from.at("orders")) book.orders.push_back(order_from(one));
    for (const json& one : from.at("log")) book.log.push_back(log_from(one));
    from.at("sent").get_to(book.sent);
    from.at("episodes").get_to(book.order_episode);
  } catch (const json::exception& failure) {
    return Error{ErrorCode::kCorrupt, std::string("the book of alerts: ") + failure.what()};
  }
  return book;
}

std::string AlertDesk::Book::to_json() const {
  json made{{"state", state.to_json()}, {"held", json::array()},     {"orders", json::array()},         {"sent", sent},
            {"log", json::array()},     {"episodes", order_episode}, {"restored", to_unix_ms(restored)}};
  for (const HeldAlert& one : held) made["held"].push_back(held_json(one));
  for (const AlertOrder& one : orders) made["orders"].push_back(order_json(one));
  for (const AlertLogEntry& one : log) made["log"].push_back(log_json(one));
  return made.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace kairan::broadcasts
