// `kairan alerts`: what the rules would do with files (no Redis), whether the rules hold together.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/xml_time.h"
#include "base/civil_time.h"
#include "base/file_bytes.h"
#include "broadcasts/alert_desk.h"
#include "broadcasts/alert_engine.h"
#include "broadcasts/alert_releases.h"
#include "gateway/main/alert_reader.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"

namespace kairan::gateway {
namespace {

using broadcasts::Alert;
using broadcasts::AlertAction;
using broadcasts::AlertContent;
using broadcasts::AlertDecision;
using nlohmann::json;

constexpr std::chrono::seconds kArrivesAfter{5};  ///< replay: a telegram is read this long after it was issued

/// Prints the problems; false when one of them is an error.
bool print_file_problems(const std::vector<FileProblem>& problems, std::ostream& out) {
  bool ok = true;
  for (const FileProblem& problem : problems) {
    out << problem.file;
    if (problem.row > 0) out << ":" << problem.row;
    if (!problem.column.empty()) out << " " << problem.column;
    out << (problem.warning ? ": 注意: " : ": ") << problem.message << "\n";
    ok = ok && problem.warning;
  }
  return ok;
}

/// At most one byte more than the limit is read.
Result<std::string> read_bytes(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return Error{ErrorCode::kInvalid, "フォルダです。ファイルを指定してください"};
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (!failure && size > kMaxAlertBytes) return Error{ErrorCode::kTooLarge, "大きすぎます（" + std::to_string(kMaxAlertBytes >> 20) + " MB まで）"};
  auto bytes = read_at_most(path, kMaxAlertBytes + 1);
  if (!bytes) return Error{ErrorCode::kNotFound, "ファイルを開けません"};
  return *std::move(bytes);
}

json segment_json(const AlertDecision& decision) {
  if (decision.segment.empty()) return nullptr;
  const std::string segment = broadcasts::alert_segment(decision);
  json parsed = json::parse(segment, nullptr, false);
  return parsed.is_discarded() ? json(segment) : parsed;
}

json decision_json(const std::string& file, const AlertDecision& decision) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? json(nullptr) : json(text); };
  const auto message = decision.texts.find("ja");
  return {{"file", file},
          {"action", broadcasts::action_id(decision.action)},
          {"effect", broadcasts::effect_id(decision.effect)},
          {"relates_to", text_or_null(decision.relates_to)},
          {"reason", decision.reason.ja},
          {"kind", text_or_null(decision.kind)},
          {"level", text_or_null(decision.level_id())},
          {"areas", decision.areas},
          {"segment", segment_json(decision)},
          {"drill", decision.drill},
          {"message", message == decision.texts.end() ? json(nullptr) : json(message->second)}};
}

void print_decision(const std::string& file, const AlertDecision& decision, bool as_json) {
  if (as_json) {
    std::cout << decision_json(file, decision).dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
    return;
  }
  std::cout << file << ": " << broadcasts::action_id(decision.action) << " " << broadcasts::effect_id(decision.effect);
  if (!decision.kind.empty()) std::cout << "  " << decision.kind << (decision.level_id().empty() ? "" : "/" + decision.level_id());
  if (decision.drill) std::cout << "  【訓練・試験】";
  std::cout << "  " << decision.reason.ja;
  if (!decision.relates_to.empty()) std::cout << "  ← " << decision.relates_to;
  std::cout << "\n";
  if (const auto message = decision.texts.find("ja"); message != decision.texts.end()) {
    std::string indented = "    ";
    for (const char c : message->second) indented += c == '\n' ? std::string("\n    ") : std::string(1, c);
    std::cout << indented << "\n";
  }
}

struct ReplayArguments {
  std::string content = "content/kashima";
  std::vector<std::string> files;
  std::string at;
  bool json = false;
};

AlertDecision unreadable(const std::string& reason) {
  AlertDecision decision;
  decision.reason = same_text(reason);
  return decision;
}

int replay(const ReplayArguments& arguments) {
  std::optional<TimePoint> fixed;
  if (!arguments.at.empty()) {
    fixed = adapters::parse_xml_time(arguments.at);
    if (!fixed) {
      std::cerr << "--at には 2026-07-06T02:00:00+09:00 のように時差のついた時刻を書いてください。\n";
      return 2;
    }
  }
  std::vector<FileProblem> problems;
  Result<AlertContent> content = broadcasts::load_alert_content(arguments.content, problems);
  if (!content) {
    print_file_problems(problems, std::cerr);
    return 2;
  }
  content->release = "replay";  // what the files say, as if two people had published them
  const broadcasts::AlertEngine engine(*content);
  broadcasts::AlertState state;
  for (const std::string& path : arguments.files) {
    const Result<std::string> bytes = read_bytes(path);
    const Result<std::vector<Alert>> alerts = bytes ? read_alerts(*bytes, path, content->city) : Result<std::vector<Alert>>(bytes.error());
    if (!alerts) {
      print_decision(path, unreadable(alerts.error().detail), arguments.json);
      continue;
    }
    for (const Alert& alert : *alerts) {
      const TimePoint now = fixed ? *fixed : alert.reported + kArrivesAfter;
      for (const AlertDecision& decision : engine.process(state, alert, now)) print_decision(path, decision, arguments.json);
    }
  }
  return 0;
}

int check(const std::string& folder) {
  std::vector<FileProblem> problems;
  const Result<AlertContent> content = broadcasts::load_alert_content(folder, problems);
  const bool ok = print_file_problems(problems, std::cout) && content.ok();
  if (!ok) {
    std::cout << "使えません。直してからもう一度確かめてください。\n";
    return 1;
  }
  std::size_t sending = 0;
  for (const auto& rule : content->rules.rules) sending += rule.released ? 1 : 0;
  std::cout << "規則" << content->rules.rules.size() << "件（自動で送るもの" << sending << "件）、ひな形" << content->templates.all().size()
            << "件。組み合わせと文 " << content->proven << " 通りを確かめました。\n";
  return 0;
}

/// From a terminal nothing is sent: a release stays in the book until the running gateway hands it over, within seconds.
class LeaveToGateway final : public broadcasts::AlertSink {
 public:
  Result<std::string> send(const broadcasts::AlertOrder&) override { return Error{ErrorCode::kUnavailable, "left to the gateway"}; }
};

struct DeskArguments {
  std::string config, id, account, why;
};

/// Runs `work` on the desk of the running gateway.
template <typename Work>
int at_desk(const DeskArguments& arguments, const Work& work) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  LeaveToGateway sink;
  broadcasts::AlertDesk::Ports ports;
  ports.sink = &sink;
  const SystemClock clock;
  broadcasts::AlertDesk desk(*attached->redis, std::move(ports), clock);
  return work(desk, *attached);
}

int failed(const Error& error) {
  std::cerr << error.detail << "\n";
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kConflict ? 1 : 2;
}

int list_held(const DeskArguments& arguments) {
  return at_desk(arguments, [](broadcasts::AlertDesk& desk, const AttachedStore& attached) {
    const auto held = desk.held();
    if (!held) return failed(held.error());
    const SystemClock clock;
    store::Audit audit(*attached.redis);
    const auto standing =
        broadcasts::AlertReleases(*attached.redis, audit, attached.config.content, clock).standing();
    if (standing && standing->kind != broadcasts::AlertRulesStanding::Kind::kPublished)
      std::cout << "注意: " << standing->sentence << "\n";
    if (held->empty()) std::cout << "確認を待っている警報はありません。\n";
    for (const auto& one : *held) {
      std::cout << one.id << "  " << format_jst(one.at) << "  " << one.order.title << "\n    " << one.reason.ja
                << "  （" << one.name << "、" << format_jst(one.order.expires) << "まで）\n";
    }
    return 0;
  });
}

int release_held(const DeskArguments& arguments) {
  return at_desk(arguments, [&](broadcasts::AlertDesk& desk, const AttachedStore&) {
    const auto released = desk.release(arguments.id, arguments.account);
    if (!released) return failed(released.error());
    std::cout << "送信を指示しました。動いている kairan serve が数秒以内に送ります。\n";
    return 0;
  });
}

int dismiss_held(const DeskArguments& arguments) {
  return at_desk(arguments, [&](broadcasts::AlertDesk& desk, const AttachedStore&) {
    const Status done = desk.dismiss(arguments.id, arguments.account, arguments.why);
    if (!done) return failed(done.error());
    std::cout << "送らないと記録しました。\n";
    return 0;
  });
}

void add_desk(CLI::App& command, int& exit_code) {
  auto desk = std::make_shared<DeskArguments>();
  const auto add = [&](const char* name, const char* help, int (*run)(const DeskArguments&), bool one) {
    CLI::App* const sub = command.add_subcommand(name, help);
    sub->add_option("--config", desk->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    if (one) {
      sub->add_option("ID", desk->id, "as \"alerts list\" shows it")->required();
      sub->add_option("--as", desk->account, "who decides")->required();
    }
    if (std::string_view(name) == "dismiss") sub->add_option("--why", desk->why, "written into the log");
    sub->callback([desk, run, &exit_code] { exit_code = run(*desk); });
  };
  add("list", "warnings that wait for a person", list_held, false);
  add("release", "send one that waits", release_held, true);
  add("dismiss", "decide against one that waits", dismiss_held, true);
}

}  // namespace

void add_alerts(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("alerts", "warnings from outside: what the rules do with them");
  command->require_subcommand(1);

  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* const replaying = command->add_subcommand("replay", "what the rules would do with these files, in this order");
  replaying->add_option("FILE", arguments->files, "JMA telegrams, CAP or L-Alert messages")->required();
  replaying->add_option("--at", arguments->at, "one clock for all, 2026-07-06T02:00:00+09:00 (else each one's own time + 5 s)");
  replaying->add_flag("--json", arguments->json, "one JSON object a line");
  replaying->add_option("--content", arguments->content, "content folder")->envname("KAIRAN_CONTENT")->capture_default_str();
  replaying->callback([arguments, &exit_code] { exit_code = replay(*arguments); });

  add_desk(*command, exit_code);
  add_alert_rules(*command, exit_code);

  auto folder = std::make_shared<std::string>("content/kashima");
  CLI::App* const checking = command->add_subcommand("check", "prove the table of rules and every text");
  checking->add_option("DIR", *folder, "content folder")->envname("KAIRAN_CONTENT")->capture_default_str();
  checking->callback([folder, &exit_code] { exit_code = check(*folder); });
}

}  // namespace kairan::gateway
