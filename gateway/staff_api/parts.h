// What the staff API works with. References are always there; pointers and functions may be empty while a part is not set up, and
// the endpoints that need it then answer 503 not_set_up. Everything outlives the API.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/message.h"
#include "base/staff_text.h"
#include "broadcasts/alert_releases.h"
#include "broadcasts/frames.h"
#include "broadcasts/segment_reader.h"
#include "broadcasts/service.h"
#include "gateway/accounts.h"
#include "gateway/content_workspace.h"
#include "intents/gaps.h"
#include "store/attributes.h"
#include "store/audit.h"
#include "store/records.h"
#include "store/sessions.h"
#include "store/subscribers.h"

namespace kairan::gateway::staff {

struct Settings {
  bool second_factor = true;  ///< approvers, emergency officers and operators must have one
  bool demo = false;
  store::SessionTimes session;
  std::size_t streams = 6;  ///< server-sent events at once; below half of the listener's workers
};

/// One line of the machine's health.
struct HealthPart {
  std::string name;  ///< of the description: redis, spool, shards, friends, quota, webhook, backup, alerts, feed, content, dead
  std::string label_ja, label_en;
  std::string state;   ///< ok, warning, failed, unknown
  std::string detail;  ///< a sentence, in Japanese
  std::optional<double> value;
  std::string detail_en = {};
};

/// One warning that came in, and what became of it.
struct AlertRow {
  std::string id;
  TimePoint received;
  std::string kind, level;
  std::vector<std::string> areas;
  bool drill = false;
  StaffText name;  ///< 「大雨警報」; empty = kind and level have none
  std::string headline, message;
  std::string action;  ///< send, hold, ignore, release, dismiss, expired, sent, failed
  StaffText reason;
  std::string broadcast;
  std::string segment;  ///< whom it would go to: "everyone" or rules as JSON; "" = not held
  std::optional<TimePoint> expires;
  std::string acknowledged_by;  ///< who looks after a held one
  std::string by;               ///< who decided; "" = the rules
};

/// A picture that was taken in.
struct StoredPicture {
  std::string name;  ///< for /m/NAME
  std::string type;  ///< image/png, image/jpeg
  std::uint32_t width = 0, height = 0;
  std::size_t bytes = 0;
};

struct ShelterRow {
  std::string name, district, address;
  int capacity = 0;
  std::vector<std::string> hazards;
  std::string state = "closed";  ///< closed, open, full
  std::optional<TimePoint> changed;
  std::string changed_by;
};

/// Safety reports of one district; "" are those who registered none.
struct SafetyRow {
  std::string district;
  std::uint64_t safe = 0, need_help = 0;
};

struct Parts {
  const Clock& clock;
  const Sealer& sealer;
  store::Sessions& sessions;
  store::LoginTries& tries;
  store::OnceOnly& once;
  store::Accounts& accounts;
  StaffAccounts& rules;
  store::Records& api_keys;
  store::Records& sections;
  store::Audit& audit;
  Settings settings;
  std::function<std::string()> city_name;

  // What may be missing.
  broadcasts::BroadcastService* broadcasts = nullptr;
  broadcasts::Frames* frames = nullptr;
  broadcasts::AlertReleases* alert_releases = nullptr;
  broadcasts::SegmentReader* segments = nullptr;
  store::Subscribers* subscribers = nullptr;
  ContentWorkspace* content = nullptr;
  intents::GapStore* gaps = nullptr;
  std::function<std::shared_ptr<const store::AttributeSchema>()> schema = {};
  /// Messages of an answer as the channel's JSON array, for drawing phones.
  std::function<Result<std::string>(const std::vector<Message>&)> render = {};
  std::function<std::vector<HealthPart>()> health = {};
  std::function<Status(std::string_view code, const store::Actor& by)> erase_resident = {};
  std::function<std::optional<std::uint64_t>(const std::string& broadcast)> clicks = {};
  std::function<Result<std::vector<AlertRow>>()> held_alerts = {}, all_alerts = {};
  std::function<Result<std::string>(const std::string& id, const store::Actor& by)> release_alert = {};
  std::function<Status(const std::string& id, const store::Actor& by, const std::string& why)> dismiss_alert = {};
  std::function<Status(const std::string& id, const store::Actor& by)> acknowledge_alert = {};
  std::function<Result<std::vector<SafetyRow>>()> safety = {};
  std::function<Result<bool>(std::string_view name)> is_on = {};  ///< "menu", "safety"
  std::function<Status(std::string_view name, bool on, const store::Actor& by)> set_on = {};
  std::function<Result<StoredPicture>(std::string_view bytes)> add_picture = {};
  std::function<Result<std::string>(std::string_view name)> read_picture = {};
  std::function<Result<std::vector<ShelterRow>>()> shelters = {};
  std::function<Status(const std::string& name, const std::string& state, const store::Actor& by)> set_shelter = {};
};

}  // namespace kairan::gateway::staff
