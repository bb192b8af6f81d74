// kairan menus publish | switch NAME | status | json DIR: the picture menus under the chat.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "adapters/line/line_channel.h"
#include "adapters/line/rich_menus.h"
#include "base/bounded_json.h"
#include "base/clock.h"
#include "gateway/config.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "gateway/main/menu_switch.h"
#include "intents/menu_file.h"
#include "store/keys.h"
#include "store/subscribers.h"

namespace kairan::gateway {
namespace {

using adapters::line::RichMenus;

constexpr std::size_t kMaxPicture = 1'000'000;

struct MenusArguments {
  std::string config, name, folder;
};

void print_menu_problems(const std::vector<FileProblem>& problems) {
  for (const FileProblem& problem : problems) {
    std::fprintf(stderr, "%s %s%s: %s\n", problem.warning ? "注意" : "誤り", problem.file.c_str(),
                 problem.row > 0 ? (" " + std::to_string(problem.row) + "行目").c_str() : "", problem.message.c_str());
  }
}

/// The menus of a folder, or nothing after saying what is wrong.
std::optional<std::vector<intents::Menu>> menus_of(const std::string& folder, bool pictures) {
  std::vector<FileProblem> problems;
  std::vector<intents::Menu> menus = intents::load_menus(folder, problems);
  if (!pictures) {
    problems.erase(std::remove_if(problems.begin(), problems.end(),
                                  [](const FileProblem& p) { return p.file.find(".png") != std::string::npos; }),
                   problems.end());
  }
  print_menu_problems(problems);
  const bool wrong = std::any_of(problems.begin(), problems.end(), [](const FileProblem& p) { return !p.warning; });
  return wrong ? std::nullopt : std::optional(std::move(menus));
}

struct Account {
  Config config;
  SystemClock clock;
  std::unique_ptr<adapters::line::LineChannel> line;
  std::unique_ptr<RichMenus> menus;
};

std::unique_ptr<Account> open_account(const std::string& config_file) {
  auto account = std::make_unique<Account>();
  ConfigResult loaded =
      load_config(config_file.empty() ? std::nullopt : std::optional(config_file), kairan_environment());
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
  if (!loaded.errors.empty()) return nullptr;
  account->config = std::move(loaded.config);
  const Config& config = account->config;
  if (config.line_access_token.empty() && (config.line_channel_id.empty() || config.line_channel_secrets.empty())) {
    std::fprintf(stderr, "LINEのアクセストークンがありません。「kairan serve」と同じ設定で実行してください。\n");
    return nullptr;
  }
  adapters::line::LineOptions options{config.line_channel_secrets, config.line_channel_id, config.line_access_token,
                                      config.line_api_base, config.line_data_api_base, "", account->clock};
  account->line = adapters::line::make_line_channel(std::move(options));
  account->menus = std::make_unique<RichMenus>(account->line->api(), [](std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
  });
  return account;
}

int menus_failed(const char* what, const Error& error) {
  const char* advice = "";
  if (error.code == ErrorCode::kUnavailable) advice = " 作成と削除は1時間に100回までです。しばらくしてからもう一度実行してください。";
  if (error.code == ErrorCode::kNotFound) advice = " 「kairan menus publish」で公開してから、もう一度実行してください。";
  if (error.code == ErrorCode::kRefused) advice = " アクセストークンを確かめてください。";
  std::fprintf(stderr, "%sできませんでした（%s）。%s\n", what, error.detail.c_str(), advice);
  return 1;
}

int run_publish(const MenusArguments& arguments) {
  const auto account = open_account(arguments.config);
  if (!account) return 2;
  const auto menus = menus_of(account->config.content, true);
  if (!menus) return 1;
  if (menus->empty()) {
    std::printf("メニューはありません（%s/menus）。\n", account->config.content.c_str());
    return 0;
  }
  const std::string folder = account->config.content;
  const auto published = account->menus->publish(*menus, [&](const intents::Menu& menu, std::string_view language) {
    std::string bytes;
    FILE* const file = std::fopen(intents::menu_picture(folder, menu, language).c_str(), "rb");
    if (file == nullptr) return Result<std::string>(Error{ErrorCode::kNotFound, "no picture"});
    bytes.resize(kMaxPicture + 1);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return Result<std::string>(std::move(bytes));
  });
  if (!published) return menus_failed("メニューを公開", published.error());
  for (const auto& version : *published) {
    std::printf("%s: %s\n", version.alias.c_str(), version.made ? "公開しました" : "変わりありません");
  }
  return 0;
}

int run_switch(const MenusArguments& arguments) {
  const auto account = open_account(arguments.config);
  if (!account) return 2;
  const auto menus = menus_of(account->config.content, false);
  if (!menus) return 1;
  const auto menu = std::find_if(menus->begin(), menus->end(), [&](const intents::Menu& m) { return m.name == arguments.name; });
  if (menu == menus->end()) {
    std::fprintf(stderr, "メニュー「%s」は %s/menus にありません。\n", arguments.name.c_str(), account->config.content.c_str());
    return 1;
  }
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  store::Subscribers subscribers(*attached->redis, *attached->sealer, store::kDefaultPartitions);
  const auto done = switch_menu(*account->menus, subscribers, *menu);
  if (!done) return menus_failed("メニューを切り替え", done.error());
  std::printf("メニューを「%s」にしました。\n", menu->title.c_str());
  for (const auto& [language, people] : done->people) std::printf("  %s: %zu人\n", language.c_str(), people);
  if (done->not_yet > 0) std::fprintf(stderr, "確かめた人のうち%zu人にまだ反映されていません。少し待ってから確かめてください。\n", done->not_yet);
  return 0;
}

int run_menus_status(const MenusArguments& arguments) {
  const auto account = open_account(arguments.config);
  if (!account) return 2;
  const auto status = account->menus->status();
  if (!status) return menus_failed("メニューを確認", status.error());
  for (const auto& menu : status->menus) {
    std::printf("%s%s  %s\n", menu.alias.c_str(), menu.alias == status->default_alias ? "（全員に表示中）" : "", menu.menu_id.c_str());
  }
  if (status->menus.empty()) std::puts("公開されているメニューはありません。「kairan menus publish」で公開できます。");
  if (status->without_alias > 0) std::printf("使われていないメニューが%zu個あります。次の公開で消えます。\n", status->without_alias);
  return 0;
}

/// What scripts/draw-menus draws.
int run_json(const MenusArguments& arguments) {
  const auto menus = menus_of(arguments.folder, false);
  if (!menus) return 1;
  nlohmann::json all = nlohmann::json::array();
  for (const intents::Menu& menu : *menus) {
    nlohmann::json areas = nlohmann::json::array();
    for (const intents::MenuArea& area : menu.areas) {
      areas.push_back({{"x", area.x}, {"y", area.y}, {"width", area.width}, {"height", area.height}, {"icon", area.icon},
                       {"label", area.label}, {"hint", area.hint}, {"switches", area.does == intents::MenuArea::Does::kShowMenu}});
    }
    all.push_back({{"name", menu.name}, {"look", menu.look}, {"width", menu.width}, {"height", menu.height},
                   {"languages", menu.languages}, {"areas", std::move(areas)}});
  }
  std::cout << dump_json(all) << "\n";
  return 0;
}

}  // namespace

void add_menus(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("menus", "the picture menus under the chat");
  command->require_subcommand(1);
  const auto arguments = std::make_shared<MenusArguments>();
  const auto sub = [&](const char* name, const char* help, auto run) {
    CLI::App* const made = command->add_subcommand(name, help);
    made->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    made->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
    return made;
  };
  sub("publish", "put the content's menus on LINE; what is there already is left alone", run_publish);
  sub("switch", "show one menu to everyone, in their language", run_switch)->add_option("NAME", arguments->name)->required();
  sub("status", "what is published and shown", run_menus_status);
  sub("json", "the menus as JSON, for scripts/draw-menus", run_json)->add_option("DIR", arguments->folder)->required();
}

}  // namespace kairan::gateway
