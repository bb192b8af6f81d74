#include "gateway/main/app.h"

#include <unistd.h>

#include <cerrno>
#include <future>
#include <utility>

#include "base/log.h"
#include "broadcasts/alert_broadcasts.h"
#include "gateway/alert_notices.h"
#include "gateway/emergency/people_snapshot.h"
#include "gateway/link_routes.h"
#include "gateway/content_workspace.h"
#include "gateway/main/broadcasting.h"
#include "gateway/main/staff_desk.h"
#include "gateway/process_identity.h"
#include "gateway/webhook_routes.h"
#include "store/file_rewrite.h"
#include "store/group_codes.h"
#include "store/resident_codes.h"

namespace kairan::gateway {

namespace {

/// Threads that may hold a Redis connection at once: HTTP workers, senders, shard workers, and a few for housekeeping.
std::size_t redis_pool_size(const Config& config) {
  return config.workers + config.senders + ShardRunnerOptions().workers + Broadcasting::connections(config) + 16;
}

SpoolOptions spool_options(const Config& config, const Faults& faults) {
  SpoolOptions options;
  options.folder = config.data_dir + "/spool";
  options.max_bytes = config.spool_max_bytes;
  if (faults.spool_fsync) {
    options.calls.sync = [](int) {
      errno = EIO;
      return -1;
    };
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<App>> App::start(const Config& config, const Faults& faults) {
  std::unique_ptr<App> app(new App(config, faults));
  if (const Status built = app->build(); !built) return built.error();
  return app;
}

App::App(const Config& config, const Faults& faults)
    : config_(config), faults_(faults), pipeline_metrics_(metrics_), sealer_(config.data_key) {}

/// The content folder's engine and attributes, or every problem in the log and an error that names the command to see them.
Result<App::Content> App::load_content(const std::string& folder) {
  intents::Loaded loaded = intents::load_engine(folder);
  auto attributes = store::load_attributes(folder, loaded.report.problems);
  if (!attributes) loaded.engine.reset();
  if (loaded.engine) return Content{std::move(loaded), *std::move(attributes)};
  for (const FileProblem& problem : loaded.report.problems) {
    if (problem.warning) continue;
    log::error("content.problem", {{"file", problem.file}, {"row", problem.row}, {"message", problem.message}});
  }
  return Error{ErrorCode::kInvalid,
               "コンテンツ " + folder + " に誤りがあります。「kairan content check " + folder + "」で内容を確認してください"};
}

Status App::build() {
  // Reading the content and starting Redis take the longest, and do not need each other.
  auto reading = std::async(std::launch::async, [folder = ContentWorkspace::current_folder(config_.data_dir, config_.content)] {
    return load_content(folder);
  });

  // The spool first: whatever happens to Redis, events have a place to go.
  auto spool = Spool::open(spool_options(config_, faults_));
  if (!spool) return spool.error().within("spool");
  spool_ = *std::move(spool);

  store::RedisOptions redis;
  redis.url = config_.redis_url;
  redis.pool_size = redis_pool_size(config_);
  if (redis.url.empty()) {
    store::EmbeddedRedis::Options options;
    options.data_dir = config_.data_dir;
    auto started = store::EmbeddedRedis::start(options);
    if (!started) return started.error().within("redis");
    embedded_redis_ = *std::move(started);
    redis.url = embedded_redis_->url();
  }
  redis_ = std::make_unique<store::RedisClient>(redis);

  adapters::line::LineOptions line{config_.line_channel_secrets, config_.line_channel_id, config_.line_access_token,
                                   config_.line_api_base, config_.line_data_api_base, "", clock_};
  line_ = adapters::line::make_line_channel(std::move(line));
  if (!config_.forward_url.empty()) {
    adapters::line::ForwarderOptions options;
    options.url = config_.forward_url;
    options.secret = config_.forward_secret.empty() ? config_.line_channel_secrets.front() : config_.forward_secret;
    forwarder_ = std::make_unique<adapters::line::Forwarder>(std::move(options));
    forwarder_->start();
  }

  // Redis is used only after it has shown that it keeps what it acknowledges; until then the door writes to the spool.
  if (const Status ready = open_store(); !ready) {
    if (ready.error().code == ErrorCode::kUnavailable || ready.error().code == ErrorCode::kTimeout) {
      log::warn("redis.not_there_yet", {{"reason", ready.error().detail}});
    } else {
      return ready.error().within("redis");
    }
  }
  auto content = reading.get();
  if (!content) return content.error();
  engine_ = std::make_unique<EngineSlot>(content->loaded.engine);
  schema_ = std::make_unique<SchemaSlot>(std::move(content->attributes));
  build_pipeline();
  alert_sink_ = std::make_unique<broadcasts::AlertBroadcasts>(staff_desk_->service());
  auto alerts = AlertsService::create(config_, *redis_, staff_desk_->alert_releases(), *alert_sink_, alert_notice(staff_desk_->notices()), clock_);
  if (!alerts) return alerts.error();
  alerts_ = *std::move(alerts);
  const auto in_force = [this]() -> Result<std::vector<std::string>> {
    const auto hazards = alerts_->desk().in_force();
    if (!hazards) return hazards.error();
    std::vector<std::string> kinds;
    for (const broadcasts::HazardInForce& hazard : *hazards) kinds.push_back(hazard.kind);
    return kinds;
  };
  shelter_list_ = std::make_shared<const ShelterList>(ShelterList::load(config_.content));
  shelters_ = std::make_unique<ShelterDesk>(*redis_, shelter_list_, in_force, clock_);
  alerts_->every_tick([this] { return shelters_->refresh(); });
  safety_ = std::make_unique<SafetyDesk>(*redis_, sealer_);
  router_->answer_emergencies_from(*shelters_, *safety_);
  disaster_menu_ = std::make_unique<DisasterMenu>(*shelters_, line_->api(), *redis_, *subscribers_, config_.content);
  if (store_open_) begin_work();
  redis_watch_ = std::thread([this] { watch_redis(); });
  return serve_http();
}

Status App::open_store() {
  if (const Status durable = store::check_durability(*redis_); !durable) return durable;
  const auto installation = store::open_installation(*redis_, store::kDefaultPartitions, clock_.now());
  if (!installation) return installation.error();
  if (installation->partitions != partitions_) {
    return Error{ErrorCode::kConflict, "the store has " + std::to_string(installation->partitions) +
                                           " partitions, this version works with " + std::to_string(partitions_)};
  }
  installation_ = installation->id;
  store_open_ = true;
  return {};
}

void App::build_pipeline() {
  inbox_ = std::make_unique<store::Inbox>(*redis_, partitions_);
  subscribers_ = std::make_unique<store::Subscribers>(*redis_, sealer_, partitions_);
  conversations_ = std::make_unique<store::Conversations>(*redis_, sealer_);
  gaps_ = std::make_unique<RedisGapStore>(*redis_, sealer_);
  const broadcasts::SchemaSource schema = [this] { return schema_->get(); };
  staff_desk_ = std::make_unique<StaffDesk>(config_, *redis_, partitions_, *line_, schema, clock_);
  broadcasting_ = std::make_unique<Broadcasting>(BroadcastingParts{
      config_, *redis_, *subscribers_, *line_, schema, test_recipients(config_), &staff_desk_->notices(), clock_});
  staff_desk_->join(*broadcasting_);
  staff_desk_->remind(*redis_, *subscribers_, *engine_);

  EraserOptions eraser;
  eraser.spool_is_empty = [this] { return spool_->empty(); };
  erasure_ = std::make_unique<ResidentErasure>(*redis_, sealer_, partitions_, clock_, std::move(eraser));
  NightWorkOptions night;
  night.follower_ids = [this] { return follower_ids(); };
  night.write_snapshot = [this](TimePoint now) -> Status {
    const std::string& path = config_.emergency_snapshot;
    const auto people = write_people_snapshot(*subscribers_, *schema_->get(), sealer_, installation_, now,
                                              path.empty() ? config_.data_dir + "/emergency/people.snapshot" : path);
    if (!people) return people.error();
    log::info("emergency.snapshot", {{"people", *people}});
    return {};
  };
  night.owner = process_identity();
  night_ = std::make_unique<NightWork>(*redis_, sealer_, partitions_, erasure_->eraser(), clock_, std::move(night));
  settings_ = std::make_unique<SettingsDesk>(*schema_, *subscribers_, *conversations_, clock_, settings_services());
  router_ = std::make_unique<Router>(*engine_, *settings_, *subscribers_, *conversations_, *gaps_, sealer_, clock_);

  const Channels channels{{std::string(line_->name()), line_.get()}};
  ReplySenderOptions sender;
  sender.threads = config_.senders;
  sender.push_window = config_.push_window;
  sender_ = std::make_unique<ReplySender>(*inbox_, channels, clock_, pipeline_metrics_, sender);

  Intake::Options intake;
  intake.partitions = partitions_;
  intake_ = std::make_unique<Intake>(*inbox_, *spool_, sealer_, clock_, pipeline_metrics_, intake);

  ShardRunnerOptions runner;
  runner.owner = process_identity();
  runner.partitions = partitions_;
  runner.is_gone = is_gone;
  runner_ = std::make_unique<ShardRunner>(*inbox_, sealer_, channels, *router_, *sender_, clock_, pipeline_metrics_,
                                          runner);
}

SettingsServices App::settings_services() {
  SettingsServices services;
  services.erase = [this](const std::string& address, TimePoint at, const std::string& event_id) {
    return erasure_->eraser().erase(address, at, event_id);
  };
  services.resident_code = [this](const std::string& address, TimePoint at) -> Result<ResidentCode> {
    const auto ref = subscribers_->ensure(address, at);
    if (!ref) return ref.error();
    auto code = store::ResidentCodes(*redis_, sealer_).issue_code(*ref);
    if (!code) return code.error();
    return ResidentCode{*std::move(code), clock_.now() + store::ResidentCodes::kValid};
  };
  services.enter_group = [this](const std::string& address, const std::string& code, TimePoint at) -> Result<GroupEntry> {
    const auto ref = subscribers_->ensure(address, at);
    if (!ref) return ref.error();
    const auto entered = store::GroupCodes(*redis_, sealer_).enter(*ref, code, clock_.now());
    if (!entered) return entered.error();
    using Kind = store::GroupTry::Kind;
    if (entered->kind == Kind::kLocked) return GroupEntry{GroupEntry::Kind::kLocked, "", "", 0};
    if (entered->kind == Kind::kWrong) return GroupEntry{GroupEntry::Kind::kWrong, "", "", entered->tries_left};
    const std::vector<store::AttributeChange> changes{{entered->attribute, entered->value, true}};
    const auto changed = subscribers_->change(*ref, *schema_->get(), changes, at);
    // A code for something that is no longer declared is no use to anyone.
    if (!changed && changed.error().code == ErrorCode::kInvalid) return GroupEntry{GroupEntry::Kind::kWrong, "", "", 0};
    if (!changed) return changed.error();
    return GroupEntry{GroupEntry::Kind::kEntered, entered->attribute, entered->value, 0};
  };
  return services;
}

Result<std::vector<std::string>> App::follower_ids() {
  constexpr int kPage = 1000;
  std::vector<std::string> ids;
  std::string start;
  do {
    auto page = line_->api().follower_ids(start, kPage, milliseconds(10'000));
    if (!page) return page.error();
    ids.insert(ids.end(), page->user_ids.begin(), page->user_ids.end());
    start = std::move(page->next);
  } while (!start.empty() && !stopping_);
  if (stopping_) return Error{ErrorCode::kUnavailable, "the gateway is stopping"};
  return ids;
}

void App::begin_work() {
  intake_->trust_redis();
  sender_->start();
  intake_->start();
  runner_->start();
  staff_desk_->notices().start(process_identity());
  broadcasting_->start(installation_);
  alerts_->start();
  night_->start();
  disaster_menu_->start();
  working_ = true;
}

void App::watch_redis() {
  while (!stopping_) {
    if (!working_) {
      const Status opened = open_store();
      if (opened) {
        begin_work();
        log::info("redis.there");
      } else if (opened.error().code != ErrorCode::kUnavailable && opened.error().code != ErrorCode::kTimeout) {
        log::error("redis.refused", {{"reason", opened.error().detail}});
        redis_refused_ = true;
        return;
      }
    }
    if (const auto adopted = spool_->adopt(); adopted && *adopted > 0) {
      log::info("spool.adopted", {{"files", *adopted}});
    }
    if (working_) clean_file();
    for (int i = 0; i < 10 && !stopping_; ++i) std::this_thread::sleep_for(milliseconds(100));
  }
}

void App::clean_file() {
  const auto left = store::FileRewrite(*redis_).step(clock_.now());
  if (!left) return;  // Redis is away: later
  const bool is_news = (*left > 0) != (erasures_in_file_ > 0);
  erasures_in_file_ = *left;
  if (!is_news) return;
  log::info(*left > 0 ? "erase.file_to_be_rewritten" : "erase.file_rewritten", {{"erasures", *left}});
}

Status App::serve_http() {
  Health health;
  health.alive = [this] { return !failed(); };
  health.checks = [this] { return checks(); };
  health.metrics = [this] { return metrics_page(); };
  register_figures();

  VerifiedHook hook;
  if (forwarder_) hook = [this](const HttpRequest& request) { forwarder_->forward(request); };
  std::vector<Route> public_routes{webhook_route(*line_, *intake_, pipeline_metrics_, std::move(hook)),
                                   link_route(staff_desk_->links()), media_route(staff_desk_->media()),
                                   alive_route(health)};
  if (auto route = alerts_->cap_route()) public_routes.push_back(*std::move(route));
  std::vector<Route> console_routes = operator_routes(health);
  console_ = std::make_unique<Console>(Console::Needs{config_, *redis_, sealer_, clock_, *engine_, *schema_, *subscribers_, *gaps_, *line_,
                                                      [this] { return health_parts(); }, &broadcasting_->reach(),
                                                      [this](staff::Parts& parts) { add_console_parts(console_sources(), parts); }});
  for (Route& route : console_->routes()) console_routes.push_back(std::move(route));
  public_requests_ = std::make_unique<RequestMetrics>(metrics_, "public", public_routes);
  console_requests_ = std::make_unique<RequestMetrics>(metrics_, "console", console_routes);
  const auto observer = [](RequestMetrics& requests) {
    return [&requests](std::string_view route, int status, std::chrono::nanoseconds took) {
      requests.observe(route, status, took);
    };
  };
  HttpServerOptions options;
  options.host = config_.public_listen.host;
  options.port = config_.public_listen.port;
  options.workers = config_.workers;
  options.observe = observer(*public_requests_);
  public_server_ = std::make_unique<HttpServer>(options, std::move(public_routes));
  options.host = config_.console_listen.host;
  options.port = config_.console_listen.port;
  options.workers = 16;
  options.max_streams = 6;
  options.observe = observer(*console_requests_);
  console_server_ = std::make_unique<HttpServer>(options, std::move(console_routes));
  for (HttpServer* server : {console_server_.get(), public_server_.get()}) {
    const auto port = server->bind();
    if (!port) return port.error().within(server == public_server_.get() ? "public.listen" : "console.listen");
    (server == public_server_.get() ? public_port_ : console_port_) = *port;
  }
  if (const Status started = console_server_->start(); !started) return started;
  return public_server_->start();
}

ConsoleSources App::console_sources() {
  return ConsoleSources{*staff_desk_, *erasure_, *alerts_, *shelters_, shelter_list_, *disaster_menu_, *safety_, clock_};
}

App::~App() {
  stopping_ = true;
  if (public_server_) public_server_->stop();
  if (redis_watch_.joinable()) redis_watch_.join();
  if (broadcasting_) broadcasting_->stop();
  if (alerts_) alerts_->stop();
  if (disaster_menu_) disaster_menu_->stop();
  if (staff_desk_) staff_desk_->notices().stop();
  if (night_) night_->stop();
  if (intake_) intake_->stop();
  if (runner_) runner_->stop();
  if (sender_) sender_->stop();
  if (runner_ && working_) runner_->release();
  if (forwarder_) forwarder_->stop();
  if (console_server_) console_server_->stop();
}

Status App::reload_content() {
  auto content = load_content(ContentWorkspace::current_folder(config_.data_dir, config_.content));
  if (!content) return content.error().within("the running content stays");
  if (const Status rules = alerts_->reload(); !rules) return rules;
  engine_->swap(content->loaded.engine);
  schema_->swap(std::move(content->attributes));
  shelters_->reload(std::make_shared<ShelterList>(ShelterList::load(config_.content)));
  const auto& report = content->loaded.report;
  log::info("content.loaded", {{"garbage_items", report.garbage_items},
                               {"faqs", report.faqs},
                               {"rules", report.rules},
                               {"dialogues", report.dialogues}});
  return {};
}

bool App::failed() const {
  return redis_refused_ || (public_server_ && public_server_->failed()) ||
         (console_server_ && console_server_->failed());
}

std::vector<Check> App::checks() {
  std::vector<Check> all;
  const Status ping = redis_->ping(milliseconds(500));
  all.push_back({"redis", ping.ok(), ping ? "" : ping.error().detail});
  all.push_back({"shards", working_ && runner_->owned() > 0, "no shard is owned by this process"});
  all.push_back({"spool", spool_->empty(), "events wait in the spool for Redis"});
  return all;
}

/// The machine's state in sentences for staff.
std::vector<staff::HealthPart> App::health_parts() {
  std::vector<staff::HealthPart> parts;
  const bool redis = redis_->ping(milliseconds(500)).ok();
  parts.push_back({"redis", "データの保管（Redis）", "Store (Redis)", redis ? "ok" : "failed",
                   redis ? "応答しています。" : "応答がありません。運用担当に知らせてください。", std::nullopt,
                   redis ? "It answers." : "It does not answer: tell the operator."});
  const bool empty = spool_->empty();
  parts.push_back({"spool", "受信の一時保管", "Spool", empty ? "ok" : "warning",
                   empty ? "たまっていません。" : "保管場所が戻るのを待っている受信があります。", static_cast<double>(spool_->bytes()),
                   empty ? "Empty." : "Messages wait for the store to come back."});
  const std::size_t owned = working_ ? runner_->owned() : 0;
  parts.push_back({"shards", "応答の処理", "Answering", owned > 0 ? "ok" : "failed",
                   owned > 0 ? "動いています。" : "この機械では処理していません。", static_cast<double>(owned),
                   owned > 0 ? "It runs." : "Not on this machine."});
  if (const auto followers = subscribers_->count_following()) {
    parts.push_back({"friends", "友だち", "Friends", "ok", std::to_string(*followers) + "人が友だちです。", static_cast<double>(*followers),
                     std::to_string(*followers) + " friends."});
  }
  if (const auto figures = inbox_->figures()) {
    const double lag = figures->oldest ? std::chrono::duration<double>(clock_.now() - *figures->oldest).count() : 0.0;
    parts.push_back({"webhook", "受信の遅れ", "Webhook lag", lag < 10 ? "ok" : "warning",
                     lag < 10 ? "遅れはありません。" : std::to_string(static_cast<int>(lag)) + "秒前の受信が待っています。", lag,
                     lag < 10 ? "None." : std::to_string(static_cast<int>(lag)) + " s."});
    parts.push_back({"dead", "処理できなかった受信", "Messages given up", figures->dead == 0 ? "ok" : "warning",
                     figures->dead == 0 ? "ありません。" : std::to_string(figures->dead) + "件あります。運用担当が確認してください。",
                     static_cast<double>(figures->dead),
                     figures->dead == 0 ? "None." : std::to_string(figures->dead) + ": the operator should look."});
  }
  return parts;
}

void App::register_figures() {
  metrics_.gauge_from("kairan_shards_owned", "Partitions this process works on", {},
                      [this] { return static_cast<double>(runner_->owned()); });
  metrics_.gauge_from("kairan_replies_pending", "Replies taken over and not yet finished", {},
                      [this] { return static_cast<double>(sender_->pending()); });
  metrics_.gauge_from("kairan_spool_bytes", "Bytes waiting in the spool", {},
                      [this] { return static_cast<double>(spool_->bytes()); });
  alerts_->register_figures(metrics_);
  if (forwarder_) {
    metrics_.gauge_from("kairan_webhooks_forwarded", "Webhooks sent on to the second address", {},
                        [this] { return static_cast<double>(forwarder_->forwarded()); });
    metrics_.gauge_from("kairan_webhooks_not_forwarded", "Webhooks given up on the way to the second address", {},
                        [this] { return static_cast<double>(forwarder_->given_up()); });
  }
}

/// One look at the store for all of its figures, made when the page is asked for.
std::string App::metrics_page() {
  const auto figures = inbox_->figures();
  const auto set = [this, &figures](std::string_view name, std::string_view help, auto pick) {
    metrics_.gauge(name, help).set(figures ? static_cast<double>(pick(*figures)) : -1.0);
  };
  using Figures = store::Inbox::Figures;
  set("kairan_inbox_waiting", "Events in all inboxes; -1 while Redis does not answer",
      [](const Figures& f) { return f.waiting; });
  set("kairan_outbox_unsent", "Replies in all outboxes; -1 while Redis does not answer",
      [](const Figures& f) { return f.unsent; });
  set("kairan_events_dead", "Events given up; -1 while Redis does not answer", [](const Figures& f) { return f.dead; });
  set("kairan_inbox_oldest_seconds", "Age of the oldest waiting event; -1 while Redis does not answer",
      [this](const Figures& f) {
        return f.oldest ? std::chrono::duration<double>(clock_.now() - *f.oldest).count() : 0.0;
      });
  // Asked for here and not kept from the last step(): a 0 that is a second old would be wrong about who was just erased.
  const auto in_file = store::FileRewrite(*redis_).left();
  metrics_
      .gauge("kairan_erasures_in_file",
             "Erasures that Redis' own file may still hold something of; 0 = none, -1 while Redis does not answer")
      .set(in_file ? static_cast<double>(*in_file) : -1.0);
  return metrics_.render();
}

}  // namespace kairan::gateway
