// `kairan shelters`: opened, full, closed, and the disaster mode, from a terminal; the running gateway takes it over within
// seconds.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/civil_time.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "gateway/shelter_desk.h"

namespace kairan::gateway {
namespace {

struct ShelterArguments {
  std::string config, name, state, account;
};

template <typename Work>
int with_shelter_desk(const ShelterArguments& arguments, const Work& work) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  const auto list = std::make_shared<ShelterList>(ShelterList::load(attached->config.content));
  const SystemClock clock;
  ShelterDesk desk(*attached->redis, list, {}, clock);
  if (const Status read = desk.refresh(); !read) {
    std::cerr << "記録を読めません: " << read.error().detail << "\n";
    return 2;
  }
  const Status done = work(desk, *list);
  if (done) return 0;
  std::cerr << done.error().detail << "\n";
  return 1;
}

int list_shelters(const ShelterArguments& arguments) {
  return with_shelter_desk(arguments, [](ShelterDesk& desk, const ShelterList& list) -> Status {
    std::cout << "災害モード: " << (desk.disaster_mode() ? "入" : "切") << "\n";
    const auto states = desk.states();
    for (const Shelter& shelter : list.all()) {
      const auto state = states.find(shelter.name);
      std::cout << (state == states.end() ? "closed" : shelter_state_name(state->second.state)) << "  " << shelter.name;
      if (state != states.end()) std::cout << "  " << format_jst(state->second.since) << " " << state->second.by;
      std::cout << "\n";
    }
    return {};
  });
}

int set_shelter(const ShelterArguments& arguments) {
  const auto state = parse_shelter_state(arguments.state);
  if (!state) {
    std::cerr << "open（開設）, full（満員）, closed（閉鎖）のどれかを書いてください。\n";
    return 2;
  }
  return with_shelter_desk(arguments, [&](ShelterDesk& desk, const ShelterList&) {
    return desk.set(arguments.name, *state, arguments.account);
  });
}

int set_mode(const ShelterArguments& arguments) {
  if (arguments.state != "on" && arguments.state != "off") {
    std::cerr << "on か off を書いてください。\n";
    return 2;
  }
  return with_shelter_desk(arguments, [&](ShelterDesk& desk, const ShelterList&) {
    return desk.set_disaster_mode(arguments.state == "on", arguments.account);
  });
}

}  // namespace

void add_shelters(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("shelters", "which shelters are open; the disaster mode");
  command->require_subcommand(1);
  auto arguments = std::make_shared<ShelterArguments>();
  const auto add = [&](const char* name, const char* help, int (*run)(const ShelterArguments&)) {
    CLI::App* const sub = command->add_subcommand(name, help);
    sub->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    sub->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
    return sub;
  };
  add("list", "every shelter with its state", list_shelters);
  CLI::App* const set = add("set", "open, fill or close one", set_shelter);
  set->add_option("NAME", arguments->name, "as in shelters.csv")->required();
  set->add_option("STATE", arguments->state, "open, full or closed")->required();
  set->add_option("--as", arguments->account, "who decides")->required();
  CLI::App* const mode = add("disaster", "answers about shelters and safety before all others", set_mode);
  mode->add_option("ON", arguments->state, "on or off")->required();
  mode->add_option("--as", arguments->account, "who decides")->required();
}

}  // namespace kairan::gateway
