// The executable: reads the command line and hands over. Commands that answer from content (ask, content) never start Redis.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "base/civil_time.h"
#include "base/clock.h"
#include "gateway/main/commands.h"
#include "intents/commands.h"

namespace {

using kairan::gateway::ServeArguments;
using kairan::gateway::SimulatorArguments;

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
}

void add_serve(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* const command = app.add_subcommand("serve", "run the gateway");
  add_config_option(*command, arguments->config_file);
  command->add_option("--fault", arguments->faults, "fail on purpose, for tests: spool-fsync")->group("");
  command->callback([arguments, &exit_code] { exit_code = kairan::gateway::serve(*arguments); });
}

void add_simulator(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SimulatorArguments>();
  CLI::App* const command = app.add_subcommand("simulator", "run the LINE-like platform with phones, on loopback");
  command->add_option("--listen", arguments->listen, "address and port")
      ->envname("KAIRAN_SIMULATOR_LISTEN")
      ->capture_default_str();
  command->add_option("--webhook", arguments->webhook, "where webhooks go, http://127.0.0.1:8080/webhook/line");
  command->add_option("--record", arguments->record, "file that gets every request of the bot as a JSON line");
  command->add_option("--users", arguments->users, "residents there at the start");
  command->add_option("--seed", arguments->seed, "decides user ids and drawn faults")->capture_default_str();
  command->add_option("--reply-ms", arguments->reply_ms, "time a reply takes")->capture_default_str();
  command->add_option("--multicast-ms", arguments->multicast_ms, "time a multicast takes")->capture_default_str();
  command->add_option("--quota", arguments->quota, "messages a month; -1 = no limit")->capture_default_str();
  command->add_flag("--no-rates", arguments->no_rates, "no 429 by rate");
  command->add_option("--redelivery", arguments->redelivery, "waits before each redelivery, such as 1s,2s,500ms");
  arguments->content = "content/kashima";
  command->add_option("--content", arguments->content, "for --residents-csv: content folder")->envname("KAIRAN_CONTENT")->capture_default_str();
  command->add_option("--residents-csv", arguments->residents_csv,
                      "write made settings of the --users residents of this --seed, for \"subscribers import\", and end");
  command->callback([arguments, &exit_code] { exit_code = kairan::gateway::run_simulator(*arguments); });
}

/// The content folder that `serve` would use, for commands that do not name one.
void add_content_option(CLI::App& command, std::string& folder) {
  command.add_option("--content", folder, "content folder")->envname("KAIRAN_CONTENT")->capture_default_str();
}

void add_ask(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<kairan::intents::AskArguments>();
  arguments->content = "content/kashima";
  auto at = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand("ask", "what the engine answers");
  command->add_option("text", arguments->text, "what a resident types");
  command->add_option("--batch", arguments->batch, "file of JSON lines {\"id\",\"text\"}");
  command->add_flag("--explain", arguments->explain, "every candidate with its reasons");
  command->add_flag("--json", arguments->json, "one JSON object");
  command->add_option("--district", arguments->district, "registered districts, joined by ;");
  command->add_option("--language", arguments->language, "ja, ja-easy, en, ...")->capture_default_str();
  command->add_option("--at", *at, "ask as on this day, 2026-11-22 (noon in Japan)");
  add_content_option(*command, arguments->content);
  command->callback([arguments, at, &exit_code] {
    arguments->now = kairan::SystemClock().now();
    if (!at->empty()) {
      const auto date = kairan::parse_date(*at);
      if (!date) throw CLI::ValidationError("--at", "a date such as 2026-11-22");
      arguments->now = kairan::jst_time(*date, 12 * 60);
    }
    if (arguments->text.empty() && arguments->batch.empty()) throw CLI::RequiredError("text or --batch");
    exit_code = kairan::intents::run_ask(*arguments, std::cout, std::cerr);
  });
}

void add_content(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("content", "check, test, import and compare content folders");
  command->require_subcommand(1);

  auto folder = std::make_shared<std::string>();
  CLI::App* const check = command->add_subcommand("check", "whole check with file, row, column and fix");
  check->add_option("DIR", *folder)->required();
  check->callback([folder, &exit_code] { exit_code = kairan::intents::run_content_check(*folder, std::cout); });

  CLI::App* const test = command->add_subcommand("test", "run the city's own answer tests (tests.csv)");
  test->add_option("DIR", *folder)->required();
  test->callback([folder, &exit_code] { exit_code = kairan::intents::run_content_test(*folder, std::cout); });

  auto import = std::make_shared<kairan::intents::ImportOptions>();
  auto map = std::make_shared<std::string>();
  CLI::App* const importing = command->add_subcommand("import", "turn a published file into content");
  importing->add_option("KIND", import->kind, "garbage, calendar, faq or shelters")->required();
  importing->add_option("FILE", import->file, "CSV, Excel or JSON")->required();
  importing->add_option("--to", import->to, "content folder; made when it is not there")->required();
  importing->add_option("--map", *map, "our column=the file's column, joined by commas");
  importing->callback([import, map, &exit_code] {
    const auto columns = kairan::intents::parse_column_map(*map);
    if (!columns) throw CLI::ValidationError("--map", "pairs such as 品目=name,よみ=kana");
    import->columns = *columns;
    exit_code = kairan::intents::run_content_import(*import, std::cout);
    if (exit_code != 0 && map->empty()) std::cout << "列の名前がちがうときは、--map 品目=列の名前 のように教えられます。\n";
  });

  auto config = std::make_shared<std::string>();
  CLI::App* const gaps = command->add_subcommand("gaps", "questions without an answer, from three residents on");
  add_config_option(*gaps, *config);
  gaps->callback([config, &exit_code] { exit_code = kairan::gateway::list_gaps(*config); });

  struct Diff {
    std::string before, after, phrases;
  };
  auto diff = std::make_shared<Diff>();
  CLI::App* const comparing = command->add_subcommand("diff", "which phrases change their answer between two folders");
  comparing->add_option("BEFORE", diff->before)->required();
  comparing->add_option("AFTER", diff->after)->required();
  comparing->add_option("--phrases", diff->phrases, "further phrases, one a line");
  comparing->callback([diff, &exit_code] {
    exit_code = kairan::intents::run_content_diff(diff->before, diff->after, diff->phrases, std::cout);
  });
}

void add_events(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("events", "events that could not be processed");
  command->require_subcommand(1);
  auto config = std::make_shared<std::string>();
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* const dead = command->add_subcommand("dead", "list them with their reasons");
  add_config_option(*dead, *config);
  dead->callback([config, &exit_code] { exit_code = kairan::gateway::list_dead_events(*config); });
  CLI::App* const rerun = command->add_subcommand("rerun", "process them again");
  add_config_option(*rerun, *config);
  rerun->add_option("NAME", *names, "as \"events dead\" shows it")->required();
  rerun->callback([config, names, &exit_code] { exit_code = kairan::gateway::rerun_dead_events(*config, *names); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Kairan, the messaging gateway of a municipality", "kairan"};
  app.require_subcommand(1);
  app.set_version_flag("--version", KAIRAN_VERSION);
  int exit_code = 0;
  add_serve(app, exit_code);
  add_simulator(app, exit_code);
  add_ask(app, exit_code);
  add_content(app, exit_code);
  add_events(app, exit_code);
  kairan::gateway::add_account(app, exit_code);
  kairan::gateway::add_menus(app, exit_code);
  kairan::gateway::add_alerts(app, exit_code);
  kairan::gateway::add_shelters(app, exit_code);
  kairan::gateway::add_broadcast(app, exit_code);
  kairan::gateway::add_audit(app, exit_code);
  kairan::gateway::add_emergency(app, exit_code);
  kairan::gateway::add_subscribers(app, exit_code);
  kairan::gateway::add_backup(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
