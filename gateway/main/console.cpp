#include "gateway/main/console.h"

#include "base/yaml_tree.h"
#include "gateway/console_files.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/staff_api.h"
#include "store/keys.h"

namespace kairan::gateway {
namespace {

staff::Settings settings_of(const Config& config) {
  staff::Settings settings;
  settings.demo = config.console_demo;
  settings.second_factor = !config.console_demo;
  return settings;
}

/// The name at the head of the console; a city that changes its name restarts the gateway.
std::string city_name(const std::string& content) {
  const auto text = read_text_file(content + "/city.yaml", std::size_t{1} << 20);
  const auto tree = text ? parse_yaml(*text) : Result<YamlNode>(text.error());
  const YamlNode* name = tree ? tree->find("name") : nullptr;
  return name == nullptr ? std::string() : name->scalar;
}

}  // namespace

struct Console::Graph {
  explicit Graph(const Needs& needs)
      : sessions(needs.redis),
        tries(needs.redis),
        once(needs.redis),
        accounts(needs.redis, needs.sealer),
        audit(needs.redis),
        rules(accounts, needs.clock, audit_into(audit, needs.clock)),
        api_keys(needs.redis, store::keys::api_keys()),
        sections(needs.redis, store::keys::sections()),
        frames(needs.redis, audit, needs.clock),
        segments(needs.subscribers, needs.reach),
        content(needs.config.data_dir, needs.config.content, needs.engine, needs.clock),
        parts(make_parts(needs)),
        api(parts, staff::all_endpoints(parts)),
        files(needs.config.console_files.empty() ? ConsoleFiles::find_folder() : needs.config.console_files) {}

  staff::Parts make_parts(const Needs& needs) {
    staff::Parts made{needs.clock, needs.sealer, sessions, tries,    once,  accounts, rules,
                      api_keys,    sections,     audit,    settings_of(needs.config),
                      [name = city_name(needs.config.content)] { return name; }};
    made.frames = &frames;
    made.segments = &segments;
    made.subscribers = &needs.subscribers;
    made.content = &content;
    made.gaps = &needs.gaps;
    made.schema = [&schema = needs.schema] { return schema.get(); };
    made.render = [&channel = needs.channel](const std::vector<Message>& messages) { return channel.render(messages); };
    made.health = needs.health;
    if (needs.add) needs.add(made);
    return made;
  }

  store::Sessions sessions;
  store::LoginTries tries;
  store::OnceOnly once;
  store::Accounts accounts;
  store::Audit audit;
  StaffAccounts rules;
  store::Records api_keys, sections;
  broadcasts::Frames frames;
  broadcasts::SegmentReader segments;
  ContentWorkspace content;
  staff::Parts parts;
  staff::StaffApi api;
  ConsoleFiles files;
};

Console::Console(Needs needs) : graph_(std::make_unique<Graph>(needs)) {}
Console::~Console() = default;

std::vector<Route> Console::routes() {
  std::vector<Route> routes = graph_->api.routes();
  for (Route& route : graph_->files.routes()) routes.push_back(std::move(route));
  return routes;
}

}  // namespace kairan::gateway
