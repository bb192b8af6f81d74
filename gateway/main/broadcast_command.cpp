// `kairan broadcast`: the staff's work with broadcasts from a terminal.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/yaml_tree.h"
#include "gateway/main/attached_desk.h"
#include "gateway/main/commands.h"

namespace kairan::gateway {
namespace {

using broadcasts::Action;
using Json = nlohmann::json;

constexpr std::size_t kMaxFile = 512 * 1024;
constexpr std::size_t kMaxList = 500;

struct BroadcastArguments {
  std::string config, as, id, file, key, comment, text, frame, state, section, csv;
  std::vector<std::string> fields;
  std::size_t count = 50;
  bool json = false;
};

void print_document_problems(const std::vector<broadcasts::Problem>& problems) {
  for (const broadcasts::Problem& problem : problems) {
    std::fprintf(stderr, "  - %s%s%s%s\n", problem.warning ? "（注意）" : "", problem.path.c_str(),
                 problem.path.empty() ? "" : ": ", problem.message.ja.c_str());
  }
}

std::optional<std::string> read_input(const std::string& file) {
  if (file == "-") {
    std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    return text;
  }
  auto text = read_text_file(file, kMaxFile);
  if (text) return *std::move(text);
  std::fprintf(stderr, "%s を読めません（512KBまでの UTF-8 のファイルにしてください）。\n", file.c_str());
  return std::nullopt;
}

/// Opens the desk and the account, runs, prints errors.
int with_attached_desk(const BroadcastArguments& a, const std::function<int(AttachedDesk&, const store::Actor&)>& run) {
  const auto desk = open_attached_desk(a.config);
  if (!desk) return 2;
  store::Actor who{"terminal", {store::Role::kAuditor}, ""};  // looking needs no account: whoever may read the store may look
  if (!a.as.empty()) {
    const auto account = desk->account(a.as);
    if (!account) return 1;
    who = *account;
  }
  return run(*desk, who);
}

int run_create(const BroadcastArguments& a) {
  const auto json = read_input(a.file);
  if (!json) return 1;
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    std::vector<broadcasts::Problem> problems;
    const auto id = desk.desk->service().create(who, *json, a.key, problems);
    print_document_problems(problems);
    if (!id) return print_error(id.error());
    std::puts(id->c_str());
    return 0;
  });
}

int run_edit(const BroadcastArguments& a) {
  const auto json = read_input(a.file);
  if (!json) return 1;
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto view = desk.desk->service().view(who, a.id);
    if (!view) return print_error(view.error());
    std::vector<broadcasts::Problem> problems;
    const auto edited = desk.desk->service().edit(who, a.id, view->revision, *json, problems);
    print_document_problems(problems);
    if (!edited) return print_error(edited.error());
    std::puts("draft");
    return 0;
  });
}

int run_move(const BroadcastArguments& a, Action action) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto state = desk.desk->service().move(who, a.id, action, {std::nullopt, a.comment});
    if (!state) return print_error(state.error());
    std::puts(std::string(state_name(*state)).c_str());
    return 0;
  });
}

/// What a correction says: a file, a text, or a frame with its fields; nothing given: the one published frame for it that
/// has no fields.
Result<std::string> correction_content(const BroadcastArguments& a, AttachedDesk& desk, std::string_view use) {
  if (!a.text.empty()) return dump_json(Json{{"messages", Json::array({Json{{"type", "text"}, {"text", a.text}}})}});
  Json frame = Json::object();
  frame["id"] = a.frame;
  frame["fields"] = Json::object();
  for (const std::string& field : a.fields) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) return Error{ErrorCode::kInvalid, "--field は 名前=値 の形で書いてください。"};
    frame["fields"][field.substr(0, equals)] = field.substr(equals + 1);
  }
  if (a.frame.empty()) {
    const auto frames = desk.desk->frames().all();
    if (!frames) return frames.error();
    std::vector<std::string> fitting;
    for (const broadcasts::Frame& one : *frames) {
      if (one.use == use && one.published() && one.fields.empty()) fitting.push_back(one.id);
    }
    if (fitting.size() != 1) {
      return Error{ErrorCode::kInvalid, "文を書いてください（--text 文、ファイル、または --frame ひな形 --field 名前=値）。"};
    }
    frame["id"] = fitting.front();
  }
  return dump_json(Json{{"frame", std::move(frame)}});
}

int run_correct(const BroadcastArguments& a, broadcasts::Effect effect) {
  std::optional<std::string> json;
  if (!a.file.empty()) {
    json = read_input(a.file);
    if (!json) return 1;
  }
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    if (!json) {
      auto content = correction_content(a, desk, effect == broadcasts::Effect::kCorrect ? "correct" : "withdraw");
      if (!content) return print_error(content.error());
      json = *std::move(content);
    }
    std::vector<broadcasts::Problem> problems;
    const auto id = desk.desk->service().correct(who, a.id, effect, *json, problems);
    print_document_problems(problems);
    if (!id) return print_error(id.error());
    std::puts(id->c_str());
    return 0;
  });
}

int run_broadcast_status(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor&) {
    const auto status = desk.desk->service().status(a.id);
    if (!status) return print_error(status.error());
    if (a.json) {
      std::puts(status_json(*status).c_str());
      return 0;
    }
    const auto line = [](const char* name, const broadcasts::Counts& c) {
      std::printf("%s  予定 %llu  送信中 %llu  受付 %llu  拒否 %llu  不明 %llu\n", name, static_cast<unsigned long long>(c.planned),
                  static_cast<unsigned long long>(c.in_flight), static_cast<unsigned long long>(c.accepted),
                  static_cast<unsigned long long>(c.refused), static_cast<unsigned long long>(c.unknown));
    };
    std::printf("%s  %s\n対象 %llu人\n", std::string(state_ja(status->state)).c_str(), status->reason.ja.c_str(),
                static_cast<unsigned long long>(status->audience));
    line("束  ", status->batches);
    line("人数", status->recipients);
    if (status->first_batch_at) std::printf("開始 %s\n", format_jst(*status->first_batch_at).c_str());
    if (status->last_batch_at) std::printf("終了 %s\n", format_jst(*status->last_batch_at).c_str());
    return 0;
  });
}

int run_dry_run(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto run = desk.desk->service().dry_run(who, a.id);
    if (!run) return print_error(run.error());
    if (a.json) {
      Json json{{"recipients", run->recipients}, {"registered", run->registered}, {"undeclared", run->undeclared},
                {"batches", run->batches},       {"seconds", run->seconds},       {"quota_known", run->quota_known},
                {"blocks_after_topic", run->blocks_after_topic}, {"topic_broadcasts", run->topic_broadcasts}};
      json["quota_left"] = run->quota_left ? Json(*run->quota_left) : Json(nullptr);
      json["variants"] = Json::array();
      for (const auto& v : run->variants) {
        json["variants"].push_back(
            {{"label", v.label.ja}, {"recipients", v.recipients}, {"batches", v.batches}, {"preview", v.preview}});
      }
      json["nth_this_week"] = Json::array();
      for (const auto& [nth, people] : run->nth_this_week)
        json["nth_this_week"].push_back({{"nth", nth}, {"recipients", people}});
      json["problems"] = Json::array();
      for (const auto& p : run->problems)
        json["problems"].push_back({{"path", p.path}, {"message", p.message.ja}, {"warning", p.warning}});
      std::puts(dump_json(json).c_str());
      return 0;
    }
    std::printf("対象 %llu人、%llu束、約%.1f秒\n", static_cast<unsigned long long>(run->recipients),
                static_cast<unsigned long long>(run->batches), run->seconds);
    if (run->undeclared > 0 || run->registered > 0) {
      std::printf("  地区を登録した方 %llu人、地区を登録していない方 %llu人\n", static_cast<unsigned long long>(run->registered),
                  static_cast<unsigned long long>(run->undeclared));
    }
    std::printf("今月の残り: %s\n", !run->quota_known ? "確かめられません"
                                   : run->quota_left ? (std::to_string(*run->quota_left) + "通").c_str()
                                                     : "制限なし");
    for (const auto& v : run->variants) {
      std::printf("  %s: %llu人、%llu束\n", v.label.ja.c_str(), static_cast<unsigned long long>(v.recipients),
                  static_cast<unsigned long long>(v.batches));
    }
    for (const auto& [nth, people] : run->nth_this_week) {
      std::printf("  この7日間で%llu通目になる方: %llu人\n", static_cast<unsigned long long>(nth), static_cast<unsigned long long>(people));
    }
    if (run->topic_broadcasts > 0) {
      std::printf("  この分野の直近%llu回の後、24時間以内のブロック: %llu人\n", static_cast<unsigned long long>(run->topic_broadcasts),
                  static_cast<unsigned long long>(run->blocks_after_topic));
    }
    print_document_problems(run->problems);
    for (const auto& problem : run->problems) {
      if (!problem.warning) return 1;
    }
    return 0;
  });
}

int run_list_broadcasts(const BroadcastArguments& a) {
  broadcasts::ListFilter filter;
  filter.section = a.section;
  filter.count = std::min(a.count, kMaxList);
  if (!a.state.empty()) {
    filter.state = broadcasts::parse_state(a.state);
    if (!filter.state) {
      std::fprintf(stderr, "「%s」という状態はありません。\n", a.state.c_str());
      return 1;
    }
  }
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto views = desk.desk->service().list(who, filter);
    if (!views) return print_error(views.error());
    for (const broadcasts::View& view : *views) {
      std::printf("%s  %s  %s  %s  %s%s%s\n", view.id.c_str(), std::string(state_name(view.state)).c_str(),
                  std::string(kind_ja(view.document.kind)).c_str(), view.document.section.c_str(),
                  view.document.title.c_str(), view.reason.empty() ? "" : "  理由: ", view.reason.ja.c_str());
    }
    return 0;
  });
}

int run_show(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto view = desk.desk->service().view(who, a.id);
    if (!view) return print_error(view.error());
    std::printf("%s  %s（%s）\n状態: %s %s\n対象: %s\n作成: %s  承認: %s\n", view->document.title.c_str(),
                std::string(kind_ja(view->document.kind)).c_str(), view->document.section.c_str(),
                std::string(state_ja(view->state)).c_str(), view->reason.ja.c_str(), view->segment_sentence.ja.c_str(),
                view->author.c_str(), view->approver.c_str());
    for (const broadcasts::Event& event : view->history) {
      std::printf("  %s  %s  %s  %s → %s  %s\n", format_jst(event.at).c_str(),
                  event.account.empty() ? "（システム）" : event.account.c_str(), event.action.c_str(),
                  event.from.c_str(), event.to.c_str(), event.comment.ja.c_str());
    }
    std::puts(canonical_json(view->document).c_str());
    return 0;
  });
}

int run_copy(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto id = desk.desk->service().copy(who, a.id);
    if (!id) return print_error(id.error());
    std::puts(id->c_str());
    return 0;
  });
}

int run_test_send(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const auto sent = desk.desk->service().test_send(who, a.id);
    if (!sent) return print_error(sent.error());
    std::printf("%zu件のテスト用の宛先に送りました。\n", *sent);
    return 0;
  });
}

int run_links(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor&) {
    const auto clicks = desk.desk->links().clicks(a.id);
    if (!clicks) return print_error(clicks.error());
    for (const auto& [code, count] : *clicks) {
      const auto link = desk.desk->links().find(code);
      std::printf("%llu  %s\n", static_cast<unsigned long long>(count), link && *link ? (*link)->url.c_str() : code.c_str());
    }
    return 0;
  });
}

int run_register(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor&) {
    const auto proof = desk.desk->book().verify();
    if (!proof) return print_error(proof.error());
    if (proof->fault) {
      std::fprintf(stderr, "台帳の%llu番で: %s\n", static_cast<unsigned long long>(*proof->fault), proof->reason.c_str());
      return 1;
    }
    std::vector<store::RegisterEntry> all;
    for (std::uint64_t from = 1;; from = all.back().seq + 1) {
      const auto some = desk.desk->book().read(from, 500);
      if (!some) return print_error(some.error());
      all.insert(all.end(), some->begin(), some->end());
      if (some->size() < 500 || all.empty()) break;
    }
    std::fputs(register_csv(all).c_str(), stdout);
    return 0;
  });
}

int run_frame_save(const BroadcastArguments& a) {
  const auto json = read_input(a.file);
  if (!json) return 1;
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    std::vector<broadcasts::Problem> problems;
    const Status saved = desk.desk->frames().save(who, *json, *desk.schema->get(), problems);
    print_document_problems(problems);
    if (!saved) return print_error(saved.error());
    std::puts("保存しました。別の方が公開すると使えます（kairan broadcast frame publish）。");
    return 0;
  });
}

int run_frame(const BroadcastArguments& a, bool publish) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor& who) {
    const Status done = publish ? desk.desk->frames().publish(who, a.id) : desk.desk->frames().retire(who, a.id);
    if (!done) return print_error(done.error());
    std::puts(publish ? "公開しました。" : "下げました。");
    return 0;
  });
}

int run_frame_list(const BroadcastArguments& a) {
  return with_attached_desk(a, [&](AttachedDesk& desk, const store::Actor&) {
    const auto frames = desk.desk->frames().all();
    if (!frames) return print_error(frames.error());
    for (const broadcasts::Frame& frame : *frames) {
      std::printf("%s  %s  %s  %s\n", frame.id.c_str(), frame.use.c_str(), frame.title.c_str(),
                  frame.published() ? ("公開: " + frame.published_by).c_str() : "未公開");
    }
    return 0;
  });
}

}  // namespace

void add_broadcast(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("broadcast", "write, approve, send and correct broadcasts");
  command->require_subcommand(1);
  const auto a = std::make_shared<BroadcastArguments>();
  enum Needs : unsigned { kNothing = 0, kId = 1, kAs = 2, kFile = 4, kMaybeFile = 8 };
  const auto sub = [a, &exit_code](CLI::App* parent, const char* name, const char* help, unsigned needs, auto run) {
    CLI::App* const made = parent->add_subcommand(name, help);
    made->add_option("--config", a->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    if ((needs & kId) != 0) made->add_option("ID", a->id)->required();
    if ((needs & kFile) != 0) made->add_option("FILE", a->file, "JSON; - reads standard input")->required();
    if ((needs & kMaybeFile) != 0) made->add_option("FILE", a->file, "JSON with messages or a frame; - reads standard input");
    CLI::Option* const as = made->add_option("--as", a->as, "the account that acts");
    if ((needs & kAs) != 0) as->required();
    made->callback([a, run, &exit_code] { exit_code = run(*a); });
    return made;
  };
  sub(command, "create", "store a draft and print its id", kFile | kAs, run_create)
      ->add_option("--key", a->key, "the same key makes one broadcast only");
  sub(command, "edit", "replace the document; an approval is lost", kId | kFile | kAs, run_edit);
  const std::vector<std::pair<Action, const char*>> moves{
      {Action::kSubmit, "hand in for approval"},   {Action::kApprove, "approve what another person wrote"},
      {Action::kReturn, "give back with a reason"}, {Action::kReject, "refuse with a reason"},
      {Action::kSchedule, "let it leave at its planned time"}, {Action::kSend, "let it leave now"},
      {Action::kPause, "stop between two batches"}, {Action::kResume, "go on"},
      {Action::kStop, "end it; what has left stays"}};
  for (const auto& [action, help] : moves) {
    sub(command, std::string(action_name(action)).c_str(), help, kId | kAs,
        [action = action](const BroadcastArguments& arguments) { return run_move(arguments, action); })
        ->add_option("--comment", a->comment, "why");
  }
  for (const auto effect : {broadcasts::Effect::kCorrect, broadcasts::Effect::kWithdraw}) {
    const bool correct = effect == broadcasts::Effect::kCorrect;
    CLI::App* const made = sub(command, correct ? "correct" : "withdraw",
                               correct ? "stop what is unsent and send a correction to whom it reached"
                                       : "stop what is unsent and take it back from whom it reached",
                               kId | kMaybeFile | kAs, [effect](const BroadcastArguments& arguments) {
                                 return run_correct(arguments, effect);
                               });
    made->add_option("--text", a->text, "what it says");
    made->add_option("--frame", a->frame, "a published frame");
    made->add_option("--field", a->fields, "NAME=VALUE of the frame; may be repeated");
  }
  sub(command, "dry-run", "whom it would reach, how long, what is left", kId, run_dry_run)->add_flag("--json", a->json);
  sub(command, "status", "state and counts", kId, run_broadcast_status)->add_flag("--json", a->json);
  sub(command, "show", "document and history", kId, run_show);
  CLI::App* const list = sub(command, "list", "newest first", kNothing, run_list_broadcasts);
  list->add_option("--state", a->state, "draft, submitted, ...");
  list->add_option("--section", a->section);
  list->add_option("--count", a->count)->capture_default_str();
  sub(command, "copy", "a new draft with the same content", kId | kAs, run_copy);
  sub(command, "test-send", "send it, marked, to the test recipients", kId | kAs, run_test_send);
  sub(command, "links", "how often its links were followed", kId, run_links);
  sub(command, "register", "the register of what was sent, as CSV; its chain is verified first", kNothing, run_register);

  CLI::App* const frame = command->add_subcommand("frame", "emergency templates and frames of corrections");
  frame->require_subcommand(1);
  sub(frame, "save", "store one, unpublished", kFile | kAs, run_frame_save);
  sub(frame, "publish", "release what another person wrote", kId | kAs,
      [](const BroadcastArguments& x) { return run_frame(x, true); });
  sub(frame, "retire", "take one away", kId | kAs, [](const BroadcastArguments& x) { return run_frame(x, false); });
  sub(frame, "list", "all of them", kNothing, run_frame_list);
}

}  // namespace kairan::gateway
