#include "gateway/main/alerts_service.h"

#include <filesystem>

#include "adapters/cap/endpoint.h"
#include "base/log.h"
#include "broadcasts/store_trouble.h"
#include "gateway/main/alert_reader.h"

namespace kairan::gateway {
namespace {

constexpr std::chrono::milliseconds kFolderEvery{200};  ///< what lies in the folder goes out within a second
constexpr std::chrono::seconds kTickEvery{2};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= list.size()) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    if (comma > from) parts.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return parts;
}

/// A city that has no source of warnings and wrote no rules for them: nothing can arrive, and nothing has to be proven.
bool without_warnings(const Config& config) {
  return !config.jma_enabled && config.cap_folder.empty() && config.cap_secret.empty() &&
         !std::filesystem::exists(config.content + "/alerts.yaml");
}

Result<std::shared_ptr<const broadcasts::AlertContent>> load(const Config& config,
                                                             broadcasts::AlertReleases& releases) {
  if (without_warnings(config)) {
    log::info("alerts.off", {{"reason", "no alerts.yaml and no source of warnings"}});
    return std::make_shared<const broadcasts::AlertContent>();
  }
  std::vector<FileProblem> problems;
  Result<broadcasts::AlertContent> content = releases.in_force(problems);
  for (const FileProblem& problem : problems) {
    if (problem.warning) continue;
    log::error("alerts.problem", {{"file", problem.file}, {"row", problem.row}, {"message", problem.message}});
  }
  if (!content) return content.error();
  log::info("alerts.rules", {{"published", content->release}, {"held_because", content->held_because.ja}});
  return std::shared_ptr<const broadcasts::AlertContent>(
      std::make_shared<broadcasts::AlertContent>(std::move(*content)));
}

}  // namespace

AlertsService::AlertsService(const Config& config, store::RedisClient& redis, broadcasts::AlertReleases& releases,
                             const Clock& clock)
    : config_(config), clock_(clock), book_(redis), releases_(releases) {}

Result<std::unique_ptr<AlertsService>> AlertsService::create(const Config& config, store::RedisClient& redis,
                                                             broadcasts::AlertReleases& releases,
                                                             broadcasts::AlertSink& sink,
                                                             broadcasts::AlertNotice notice, const Clock& clock) {
  std::unique_ptr<AlertsService> made(new AlertsService(config, redis, releases, clock));
  AlertsService* const service = made.get();
  if (const Status loaded = made->load_rules(); !loaded && broadcasts::passes(loaded.error())) {
    std::vector<FileProblem> problems;
    auto city = broadcasts::load_alert_city(config.content, problems);
    if (!city) return city.error().within("city.yaml");
    made->content_ = std::make_shared<const broadcasts::AlertContent>(broadcasts::held_alert_content(
        *std::move(city), {"公開済みの規則をまだ読めないため、自動では送りません",
                           "The published rules cannot be read yet: nothing is sent by itself"}));
  } else if (!loaded) {
    return loaded.error().within("alerts.yaml: 「kairan alerts check " + config.content +
                                 "」で内容を確認してください");
  }
  broadcasts::AlertDesk::Ports ports;
  ports.sink = &sink;
  ports.notice = std::move(notice);
  ports.content = [service] { return service->content(); };
  made->desk_ = std::make_unique<broadcasts::AlertDesk>(redis, std::move(ports), clock);
  if (config.jma_enabled) {
    adapters::jma::PollerPorts poller;
    poller.fetch = [service](const std::string& origin, const adapters::HttpCall& call) {
      auto& client = service->clients_[origin];
      if (!client) client = std::make_unique<adapters::HttpClient>(origin);
      return client->call(call);
    };
    poller.known = [service](const std::string& link) { return service->book_.taken(link); };
    poller.take = [service](const std::string& bytes, const std::string& link) -> Status {
      const Status taken = service->take(bytes, link);
      const bool readable =
          taken || (taken.error().code != ErrorCode::kInvalid && taken.error().code != ErrorCode::kSyntax &&
                    taken.error().code != ErrorCode::kTooLarge);
      if (!taken && readable) return taken;
      if (!taken) {
        if (const Status noted = service->desk_->note(link, taken.error().detail); !noted) return noted;
      }
      return service->book_.take(link, service->clock_.now());
    };
    made->poller_ = std::make_unique<adapters::jma::Poller>(split(config.jma_feed_url), std::move(poller), clock);
  }
  if (!config.cap_folder.empty()) {
    made->folder_ = std::make_unique<adapters::cap::Folder>(
        config.cap_folder, kMaxAlertBytes,
        [service](const std::string& bytes, const std::string& name) { return service->take(bytes, name); },
        [service](const std::string& name, const std::string& problem) { (void)service->desk_->note(name, problem); },
        clock);
  }
  return made;
}

AlertsService::~AlertsService() {
  stop();
}

std::shared_ptr<const broadcasts::AlertContent> AlertsService::content() const {
  const std::lock_guard lock(mutex_);
  return content_;
}

Status AlertsService::load_rules() {
  const auto hash = releases_.published_hash();
  if (!hash) return hash.error();
  auto content = load(config_, releases_);
  if (!content) return content.error();
  followed_ = *hash;
  const std::lock_guard lock(mutex_);
  content_ = std::move(*content);
  return {};
}

Status AlertsService::reload() {
  const std::lock_guard following(following_);
  const Status loaded = load_rules();
  if (loaded || !broadcasts::passes(loaded.error())) return loaded;
  followed_.reset();  // as soon as the store is back
  return {};
}

Status AlertsService::follow_publication() {
  const std::lock_guard following(following_);
  const auto hash = releases_.published_hash();
  if (!hash) return hash.error();
  if (followed_ == *hash) return {};
  const Status loaded = load_rules();
  if (loaded || broadcasts::passes(loaded.error())) return loaded;
  // A message must not be lost over a file that somebody is changing: the running rules stay, and the log says why.
  log::error("alerts.rules_not_taken_over", {{"published", *hash}, {"reason", loaded.error().detail}});
  followed_ = *hash;
  return {};
}

Status AlertsService::take(const std::string& bytes, const std::string& name) {
  if (const Status followed = follow_publication(); !followed) return followed;
  const std::shared_ptr<const broadcasts::AlertContent> rules = content();
  const auto alerts = read_alerts(bytes, name, rules->city);
  if (!alerts) return alerts.error();
  return desk_->take(*alerts);
}

std::optional<Route> AlertsService::cap_route() {
  if (config_.cap_secret.empty()) return {};
  return adapters::cap::cap_route(config_.cap_secret,
                                  [this](const std::string& body) { return take(body, "webhook"); });
}

void AlertsService::pause(std::chrono::milliseconds length) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, length, [this] { return stopping_.load(); });
}

void AlertsService::poll_feeds() {
  std::string said;
  while (!stopping_) {
    const TimePoint next = poller_->poll();
    const std::string problem = poller_->figures().last_problem;
    if (problem != said && !problem.empty()) log::warn("jma.feed", {{"problem", problem}});
    said = problem;
    pause(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(next - clock_.now()),
                   std::chrono::milliseconds(1000)));
  }
}

void AlertsService::watch_folder() {
  std::string said;
  TimePoint next_tick = clock_.now();
  while (!stopping_) {
    std::string problem;
    if (folder_) {
      if (const auto taken = folder_->scan(); !taken) problem = taken.error().detail;
    }
    if (clock_.now() >= next_tick) {
      next_tick = clock_.now() + kTickEvery;
      if (const Status followed = follow_publication(); !followed) problem = followed.error().detail;
      if (const Status ticked = desk_->tick(); !ticked) problem = ticked.error().detail;
      if (work_) {
        if (const Status worked = work_(); !worked) problem = worked.error().detail;
      }
    }
    if (problem != said && !problem.empty()) log::warn("alerts.waiting", {{"problem", problem}});
    said = problem;
    pause(folder_ ? kFolderEvery : std::chrono::duration_cast<std::chrono::milliseconds>(kTickEvery));
  }
}

void AlertsService::start() {
  if (poller_) polling_ = std::thread([this] { poll_feeds(); });
  watching_ = std::thread([this] { watch_folder(); });
}

void AlertsService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (polling_.joinable()) polling_.join();
  if (watching_.joinable()) watching_.join();
}

std::optional<adapters::jma::PollerFigures> AlertsService::feed() const {
  if (!poller_) return std::nullopt;
  return poller_->figures();
}

void AlertsService::register_figures(Metrics& metrics) {
  if (!poller_) return;
  const auto figure = [this, &metrics](const char* name, const char* help, auto pick) {
    metrics.gauge_from(name, help, {}, [this, pick] { return static_cast<double>(pick(poller_->figures())); });
  };
  using Figures = adapters::jma::PollerFigures;
  figure("kairan_jma_telegrams", "Telegrams loaded since the start", [](const Figures& f) { return f.telegrams; });
  figure("kairan_jma_failures", "Readings of a feed that failed since the start",
         [](const Figures& f) { return f.failures; });
  figure("kairan_jma_refused_links", "Entries whose link leads to another host",
         [](const Figures& f) { return f.refused_links; });
  metrics.gauge_from("kairan_jma_feed_age_seconds", "How long ago a feed was last read", {}, [this] {
    return std::chrono::duration<double>(clock_.now() - poller_->figures().last_good).count();
  });
}

}  // namespace kairan::gateway
