// kairan emergency snapshot | send --from-snapshot | status | take-over: sending when Redis or its disk is gone.
// Only `snapshot` and `take-over` need the store; `send` needs the snapshot, the data key and LINE's token.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "adapters/line/line_channel.h"
#include "adapters/line/line_deliverer.h"
#include "base/civil_time.h"
#include "base/log.h"
#include "base/yaml_tree.h"
#include "broadcasts/wording.h"
#include "gateway/emergency/snapshot_send.h"
#include "gateway/emergency/take_over.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "store/attribute_names.h"
#include "store/audit.h"
#include "store/installation.h"
#include "store/register.h"

namespace kairan::gateway {
namespace {

constexpr std::string_view kGo = "送信する";
constexpr std::size_t kMostText = 64 * 1024;

struct EmergencyArguments {
  std::string config, snapshot, title, text_file, by, ledger;
  std::vector<std::string> districts;
  bool from_snapshot = false, everyone = false, drill = false, yes = false, old_ok = false;
};

int emergency_failed(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 1;
}

/// The text of a file: all of it, or one section a language, each begun by a line "[ja]", "[ja-easy]", "[en]".
Result<Localized> read_texts(const std::string& path) {
  const auto text = read_text_file(path, kMostText);
  if (!text) return text.error();
  Localized texts;
  std::string language = "ja";
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const bool head =
        line.size() >= 4 && line.size() <= 12 && line.front() == '[' && line.back() == ']' &&
        line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-", 1) == line.size() - 1;
    if (head) {
      language = line.substr(1, line.size() - 2);
    } else {
      texts[language] += line + "\n";
    }
  }
  for (auto it = texts.begin(); it != texts.end();) {
    std::string& body = it->second;
    body.erase(body.find_last_not_of("\n ") == std::string::npos ? 0 : body.find_last_not_of("\n ") + 1);
    it = body.empty() ? texts.erase(it) : std::next(it);
  }
  if (texts.count("ja") == 0) return Error{ErrorCode::kInvalid, path + " に日本語の文面がありません"};
  return texts;
}

/// Ids of districts that were named by id or as residents read them.
Result<std::vector<std::string>> district_ids(const Config& config, const std::vector<std::string>& wanted,
                                              std::string& shown) {
  std::vector<FileProblem> problems;
  const auto schema = store::load_attributes(config.content, problems);
  if (!schema) return schema.error();
  const store::Attribute* const district = schema->find(store::kDistrictAttribute);
  std::vector<std::string> ids;
  for (const std::string& name : wanted) {
    const store::AttributeValue* found = nullptr;
    for (const store::AttributeValue& value :
         district == nullptr ? std::vector<store::AttributeValue>() : district->values) {
      if (value.id == name || pick(value.label, "ja") == name) found = district->find(value.id);
    }
    if (found == nullptr)
      return Error{ErrorCode::kInvalid, "「" + name + "」という地区はありません（city.yaml の地区名で書いてください）"};
    ids.push_back(found->id);
    shown += (shown.empty() ? "" : "・") + pick(found->label, "ja");
  }
  return ids;
}

std::string default_snapshot(const Config& config) {
  return config.emergency_snapshot.empty() ? config.data_dir + "/emergency/people.snapshot" : config.emergency_snapshot;
}

bool confirmed(const std::string& question, std::string_view word) {
  std::printf("%s\n送るときは「%s」と入力してください: ", question.c_str(), std::string(word).c_str());
  std::fflush(stdout);
  std::string typed;
  return static_cast<bool>(std::getline(std::cin, typed)) && typed == word;
}

int snapshot(const EmergencyArguments& arguments) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  std::vector<FileProblem> problems;
  const auto schema = store::load_attributes(attached->config.content, problems);
  if (!schema) return emergency_failed("attributes.yaml を読めません: " + schema.error().detail);
  const TimePoint now = SystemClock().now();
  const auto installation = store::open_installation(*attached->redis, store::kDefaultPartitions, now);
  if (!installation) return emergency_failed("保存先を読めません: " + installation.error().detail);
  store::Subscribers subscribers(*attached->redis, *attached->sealer, installation->partitions);
  const std::string path = arguments.snapshot.empty() ? default_snapshot(attached->config) : arguments.snapshot;
  const auto people = write_people_snapshot(subscribers, *schema, *attached->sealer, installation->id, now, path);
  if (!people) return emergency_failed("名簿の控えを書けません: " + people.error().detail);
  std::printf("名簿の控えを書きました: %s（%llu人、%s 現在）\n", path.c_str(), static_cast<unsigned long long>(*people),
              format_jst(now).c_str());
  return 0;
}

void print_outcome(const SnapshotOutcome& outcome) {
  std::printf("受付済み %llu人、拒否 %llu人、未確定 %llu人\n", static_cast<unsigned long long>(outcome.accepted),
              static_cast<unsigned long long>(outcome.refused), static_cast<unsigned long long>(outcome.open));
}

int send(const EmergencyArguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  log::set_level(log::Level::kError);
  if (!arguments.from_snapshot)
    return emergency_failed(
        "控えから送るときは --from-snapshot を付けてください。Redisが動いているときは、画面の「緊急配信」か「kairan "
        "broadcast」を使ってください。");
  if (arguments.everyone == !arguments.districts.empty())
    return emergency_failed("--everyone か --district のどちらかを書いてください。");
  ConfigResult loaded =
      load_config(arguments.config.empty() ? std::nullopt : std::optional(arguments.config), kairan_environment());
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
  if (!loaded.errors.empty()) return 2;
  const Config& config = loaded.config;
  if (config.line_access_token.empty() && (config.line_channel_id.empty() || config.line_channel_secrets.empty()))
    return emergency_failed("LINEのアクセストークンがありません。");
  const auto key = load_or_make_data_key(config);
  if (!key) return emergency_failed("データの鍵を読めません: " + key.error().detail);
  const Sealer sealer(*key);
  const std::string path = arguments.snapshot.empty() ? default_snapshot(config) : arguments.snapshot;
  const auto people = read_people_snapshot(path, sealer);
  if (!people) {
    const ErrorCode code = people.error().code;
    return emergency_failed(code == ErrorCode::kNotFound ? "名簿の控えがありません: " + path
                            : code == ErrorCode::kRefused
                                ? "この控えは別の鍵で封じられています。控えを作ったときの data_key を使ってください: " +
                                      path
                                : "名簿の控えを読めません: " + path + "（" + people.error().detail + "）");
  }
  SnapshotOrder order;
  auto texts = read_texts(arguments.text_file);
  if (!texts) return emergency_failed("文面を読めません: " + texts.error().detail);
  order.texts = *std::move(texts);
  auto districts = district_ids(config, arguments.districts, order.areas);
  if (!districts) return emergency_failed(districts.error().detail);
  order.districts = *std::move(districts);
  if (order.districts.empty()) order.areas = "全域";
  order.title = arguments.title;
  order.by = arguments.by;
  order.drill = arguments.drill;
  for (const auto& [language, text] : order.texts) {
    if (!order.drill && broadcasts::with_mark(broadcasts::kDrillMark, text) == text)
      return emergency_failed(
          "文面が【訓練】で始まっています。訓練なら --drill を付け、本番なら【訓練】を消してください: " +
          arguments.text_file);
  }

  const SystemClock clock;
  const auto channel =
      adapters::line::make_line_channel({config.line_channel_secrets, config.line_channel_id, config.line_access_token,
                                         config.line_api_base, config.line_data_api_base, "", clock});
  adapters::line::LineDeliverer deliverer(channel->api());
  const SnapshotPlan plan = plan_snapshot_send(order, *people, deliverer.limits().recipients, clock.now());
  if (plan.order.people == 0) return emergency_failed("この対象に当たる人は控えにいません。");

  std::printf("名簿の控え: %s 現在（%s）、%zu人\n", format_jst(people->created).c_str(),
              age_ja(clock.now() - people->created).c_str(), people->people.size());
  std::printf("対象: %s、%llu人\n", order.areas.c_str(), static_cast<unsigned long long>(plan.order.people));
  if (!order.districts.empty()) {
    std::printf("  地区に登録した人 %llu人、地区を登録していない人 %llu人\n",
                static_cast<unsigned long long>(plan.registered), static_cast<unsigned long long>(plan.undeclared));
  }
  for (const auto& [language, text] : plan.order.texts) std::printf("――[%s]\n%s\n", language.c_str(), text.c_str());
  const std::string doubt = snapshot_doubt(people->created, clock.now());
  if (!doubt.empty() && !arguments.old_ok && !confirmed(doubt, "古い控えで送る"))
    return emergency_failed("送りませんでした。");
  if (!arguments.yes && !confirmed("いますぐ送ります。", kGo)) return emergency_failed("送りませんでした。");

  std::error_code failure;
  std::string ledger_path = arguments.ledger;
  if (ledger_path.empty()) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path() / "ledgers";
    std::filesystem::create_directories(folder, failure);
    ledger_path = folder / (plan.order.id + ".ledger");
  }
  const auto ledger = FileLedger::open(ledger_path, plan.order);
  if (!ledger) return emergency_failed(ledger.error().detail);
  std::printf("台帳: %s\n", ledger_path.c_str());
  SnapshotSendOptions options;
  options.pause = [](std::chrono::milliseconds length) { std::this_thread::sleep_for(length); };
  options.per_second = static_cast<double>(config.broadcast_rate);
  const SnapshotOutcome outcome = send_snapshot(plan, **ledger, deliverer, clock, options);
  print_outcome(outcome);
  if (!outcome.stopped.empty()) return emergency_failed("途中で止めました: " + outcome.stopped);
  if (outcome.open > 0) {
    std::fprintf(stderr,
                 "まだ結果の分からない人がいます。同じコマンドをもう一度実行すると、続きから送ります（届いた人に二度は"
                 "送りません）。\n");
    return 3;
  }
  std::puts("送り終えました。Redisが戻ったら「kairan emergency take-over」で台帳に取り込んでください。");
  return 0;
}

int status(const EmergencyArguments& arguments) {
  const auto ledger = FileLedger::open(arguments.ledger);
  if (!ledger) return emergency_failed("台帳を読めません: " + ledger.error().detail);
  const FileOrder& order = (*ledger)->order();
  std::printf("%s: %s（%s、%s、%s）\n", std::string(broadcasts::kind_ja(order.kind)).c_str(), order.title.c_str(),
              order.areas.c_str(), format_jst(order.created).c_str(), order.by.c_str());
  print_outcome(read_outcome(**ledger));
  return 0;
}

int take_over(const EmergencyArguments& arguments) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  const auto ledger = FileLedger::open(arguments.ledger);
  if (!ledger) return emergency_failed("台帳を読めません: " + ledger.error().detail);
  const FileOrder& order = (*ledger)->order();
  const TimePoint now = SystemClock().now();
  const store::RegisterEntry entry = register_entry(**ledger, now);
  store::Register book(*attached->redis);
  const auto number = book.add(entry);
  if (!number) return emergency_failed("配信台帳に書けません: " + number.error().detail);
  if (!(*ledger)->taken_over()) {
    store::Audit audit(*attached->redis);
    const auto noted =
        audit.append({0, now, arguments.by, "emergency.take_over", "broadcast:" + order.id, order.title, ""});
    if (!noted) return emergency_failed("操作の記録に書けません: " + noted.error().detail);
    if (const Status marked = (*ledger)->note_taken_over(now); !marked) return emergency_failed(marked.error().detail);
  }
  std::printf("配信台帳の%llu番に取り込みました。\n", static_cast<unsigned long long>(*number));
  return 0;
}

}  // namespace

void add_emergency(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("emergency", "sending when Redis or its disk is gone");
  const auto arguments = std::make_shared<EmergencyArguments>();
  command->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
  command->add_flag("--from-snapshot", arguments->from_snapshot, "send from the snapshot of addresses, without Redis");
  command->add_option("--snapshot", arguments->snapshot, "the snapshot (default: emergency.snapshot)");
  command->add_option("--title", arguments->title, "for the register");
  command->add_option("--text", arguments->text_file,
                      "file with the text; [ja-easy], [en] on a line of their own begin another language");
  command->add_option("--district", arguments->districts, "a district by name or id; may be repeated");
  command->add_flag("--everyone", arguments->everyone, "all of the city");
  command->add_flag("--drill", arguments->drill, "begins with 【訓練】");
  command->add_option("--as", arguments->by, "who sends");
  command->add_option("--ledger", arguments->ledger, "the ledger's file (default: beside the snapshot)");
  command->add_flag("--yes", arguments->yes, "do not ask before sending");
  command->add_flag("--old-snapshot", arguments->old_ok, "do not ask about the snapshot's age");
  const auto sub = [&](const char* name, const char* help, auto run) {
    CLI::App* const made = command->add_subcommand(name, help);
    made->add_option("--config", arguments->config, "configuration file");
    made->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
    return made;
  };
  sub("snapshot", "write the snapshot now", snapshot)->add_option("FILE", arguments->snapshot);
  sub("status", "what a ledger says", status)->add_option("LEDGER", arguments->ledger)->required();
  CLI::App* const taking = sub("take-over", "enter what was sent in the register", take_over);
  taking->add_option("LEDGER", arguments->ledger)->required();
  taking->add_option("--as", arguments->by, "who does it")->required();
  command->callback([command, arguments, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    for (const auto& [value, name] : {std::pair(&arguments->title, "--title"),
                                      std::pair(&arguments->text_file, "--text"), std::pair(&arguments->by, "--as")}) {
      if (value->empty()) throw CLI::RequiredError(name);
    }
    exit_code = send(*arguments);
  });
}

}  // namespace kairan::gateway
