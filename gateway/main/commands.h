// One function per command that runs a server; each returns the process's exit code.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace kairan::gateway {

struct ServeArguments {
  std::string config_file;         ///< --config; empty: KAIRAN_CONFIG, else ./kairan.yaml if it is there
  std::vector<std::string> faults; ///< --fault, for tests: "spool-fsync"
};
int serve(const ServeArguments& arguments);

/// Lists questions without an answer, grouped, from three residents on. Reads the Redis of a running gateway, starts none.
int list_gaps(const std::string& config_file);

/// Lists the events that were given up, by name, time and reason; of what was written, nothing.
int list_dead_events(const std::string& config_file);
/// Puts events back for processing, by the names that list_dead_events() shows.
int rerun_dead_events(const std::string& config_file, const std::vector<std::string>& names);

struct SimulatorArguments {
  std::string listen = "127.0.0.1:8090";
  std::string webhook;
  std::string record;
  std::size_t users = 0;
  std::uint64_t seed = 1;
  std::int64_t reply_ms = 100;
  std::int64_t multicast_ms = 0;
  std::int64_t quota = -1;  ///< messages a month; -1 = no limit
  bool no_rates = false;
  std::string residents_csv, content;  ///< write the settings of made residents there and end
  std::string redelivery;   ///< waits before each redelivery, "1s,2s,500ms"; empty = the simulator's own
};
int run_simulator(const SimulatorArguments& arguments);

/// Adds "account" and what belongs to it to the command line.
void add_account(CLI::App& app, int& exit_code);
/// `kairan menus`: publish, switch, status, json.
void add_menus(CLI::App& app, int& exit_code);
/// `kairan alerts`: replay, check. Starts no Redis.
void add_alerts(CLI::App& app, int& exit_code);
/// `kairan alerts rules`, propose, publish, return: which rules are in force. @param alerts  the command "alerts"
void add_alert_rules(CLI::App& alerts, int& exit_code);
/// `kairan shelters`: list, set, disaster.
void add_shelters(CLI::App& app, int& exit_code);
/// kairan broadcast ...
void add_broadcast(CLI::App& app, int& exit_code);
/// `kairan emergency`: snapshot, send from it, take-over.
void add_emergency(CLI::App& app, int& exit_code);
/// kairan audit ...
void add_audit(CLI::App& app, int& exit_code);

/// Adds "subscribers" and what belongs to it.
void add_subscribers(CLI::App& app, int& exit_code);
/// Adds "backup" and "restore".
void add_backup(CLI::App& app, int& exit_code);

}  // namespace kairan::gateway
