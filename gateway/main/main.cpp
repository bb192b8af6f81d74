// The executable: reads the command line and hands over. Commands that answer from content (ask, content) never start Redis.
#include <CLI/CLI.hpp>
#include <iostream>

#include "gateway/main/commands.h"


namespace {

using kairan::gateway::ServeArguments;
using kairan::gateway::SimulatorArguments;

void add_serve(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* const command = app.add_subcommand("serve", "run the gateway");
  command->add_option("--config", arguments->config_file, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
  command->add_option("--fault", arguments->faults, "fail on purpose, for tests: spool-fsync")->group("");
  command->callback([arguments, &exit_code] { exit_code = kairan::gateway::serve(*arguments); });
}

void add_simulator(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SimulatorArguments>();
  CLI::App* const command = app.add_subcommand("simulator", "run the LINE-like platform with phones, on loopback");
  command->add_option("--listen", arguments->listen, "address and port")->capture_default_str();
  command->add_option("--webhook", arguments->webhook, "where webhooks go, http://127.0.0.1:8080/webhook/line");
  command->add_option("--record", arguments->record, "file that gets every request of the bot as a JSON line");
  command->add_option("--users", arguments->users, "residents there at the start");
  command->add_option("--seed", arguments->seed, "decides user ids and drawn faults")->capture_default_str();
  command->add_option("--reply-ms", arguments->reply_ms, "time a reply takes")->capture_default_str();
  command->add_option("--multicast-ms", arguments->multicast_ms, "time a multicast takes")->capture_default_str();
  command->add_option("--quota", arguments->quota, "messages a month; -1 = no limit")->capture_default_str();
  command->add_flag("--no-rates", arguments->no_rates, "no 429 by rate");
  command->add_option("--redelivery", arguments->redelivery, "waits before each redelivery, such as 1s,2s,500ms");
  command->callback([arguments, &exit_code] { exit_code = kairan::gateway::run_simulator(*arguments); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Kairan, the messaging gateway of a municipality", "kairan"};
  app.require_subcommand(1);
  app.set_version_flag("--version", KAIRAN_VERSION);
  int exit_code = 0;
  add_serve(app, exit_code);
  add_simulator(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
