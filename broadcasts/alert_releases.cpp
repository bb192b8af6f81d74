#include "broadcasts/alert_releases.h"

#include <algorithm>

#include "base/civil_time.h"
#include "broadcasts/alert_rule_files.h"

namespace kairan::broadcasts {
namespace {

using store::Role;

const StaffText kNothingPublished{"二人で公開した規則がまだないため、自動では送りません",
                                  "Two people have not yet published rules: nothing is sent by itself"};

std::string first_problem(const std::vector<FileProblem>& problems) {
  const auto found =
      std::find_if(problems.begin(), problems.end(), [](const FileProblem& problem) { return !problem.warning; });
  if (found == problems.end()) return "読めません";
  return found->file + (found->row > 0 ? " " + std::to_string(found->row) + "行目" : "") + ": " + found->message;
}

/// The published text, or why this program cannot use it.
Result<AlertContent> use(const store::PublishedRules& published) {
  const auto refuse = [](StaffText why) { return staff_error(ErrorCode::kInvalid, std::move(why)); };
  if (published.proposed_by.empty() || published.published_by.empty() ||
      published.proposed_by == published.published_by)
    return refuse({"二人の別の方が確かめた記録がありません", "it is not recorded that two people looked at them"});
  if (hash_of_rules(published.text) != published.hash)
    return refuse({"保管された内容が公開したときと違います", "what is stored is not what was published"});
  const auto files = unpack_rule_files(published.text);
  if (!files) return refuse({"保管された内容を読めません", "what is stored cannot be read"});
  Result<AlertCity> city = city_of(*files);
  if (!city) return city.error();
  std::vector<FileProblem> problems;
  auto content = make_alert_content(*std::move(city), *files, problems);
  if (!content) {
    const std::string first = first_problem(problems);
    return refuse({first, "“" + first + "”"});
  }
  content->release = published.hash;
  return content;
}

std::string unusable(const std::string& problem) {
  return "公開済みの規則をこの版のプログラムで使えないため、すべて人の確認を待ちます（" + problem + "）";
}

/// 「alerts.yaml、city.yaml の地域コード・地区」: which files of the folder are not as they were published.
std::string differing(const store::PublishedRules& published, const AlertRuleFiles& folder) {
  const auto before = unpack_rule_files(published.text);
  std::string names;
  for (const ChangedFile& changed : compare_rule_files(before ? *before : AlertRuleFiles(), folder)) {
    names += (names.empty() ? "" : "、") + changed.file;
    if (changed.file == kAlertCityFile) names += "の地域コードか地区";
    if (changed.file == kAlertPlacesFile) names += "の位置";
  }
  return names;
}

/// Rules to compare with: what is published, or that everything waits.
AlertRules rules_of(const AlertRuleFiles& files) {
  const auto table = files.find(std::string(kAlertRulesFile));
  if (table == files.end()) return hold_everything_rules();
  AlertCity ignored;
  std::vector<FileProblem> problems;
  return parse_alert_rules(table->second, ignored, problems);
}

}  // namespace

std::string_view standing_id(AlertRulesStanding::Kind kind) {
  switch (kind) {
    case AlertRulesStanding::Kind::kPublished:
      return "published";
    case AlertRulesStanding::Kind::kFileDiffers:
      return "file_differs";
    case AlertRulesStanding::Kind::kNothing:
      return "nothing";
    case AlertRulesStanding::Kind::kUnusable:
      return "unusable";
  }
  return "nothing";
}

AlertContent held_alert_content(AlertCity city, StaffText why) {
  AlertContent content;
  content.city = std::move(city);
  content.rules = hold_everything_rules();
  content.held_because = std::move(why);
  return content;
}

Result<std::string> AlertReleases::propose(const store::Actor& who, std::vector<FileProblem>& problems) {
  if (!who.roles.has_any({Role::kEmergencyOfficer, Role::kContentEditor}))
    return staff_error(ErrorCode::kRefused,
                       {"規則を提案するには「緊急配信担当」か「自動応答の編集者」の権限が必要です。",
                        "Proposing rules needs the role of emergency officer or content editor."});
  AlertRuleFiles files = read_alert_rule_files(folder_, problems);
  if (files.count(std::string(kAlertRulesFile)) == 0)
    return staff_error(ErrorCode::kInvalid, {"コンテンツのフォルダに、読める alerts.yaml がありません。",
                                             "The content folder has no alerts.yaml that can be read."});
  Result<AlertCity> city = load_alert_city(folder_, problems);
  if (!city) return city.error();
  add_city(*city, files);
  if (const auto proven = make_alert_content(*std::move(city), files, problems); !proven)
    return staff_error(
        ErrorCode::kInvalid,
        {"alerts.yaml かひな形に誤りがあるため提案できません。" + first_problem(problems),
         "It cannot be proposed: alerts.yaml or a template has a mistake. “" + first_problem(problems) + "”"});
  const std::string packed = pack_rule_files(files);
  const std::string hash = hash_of_rules(packed);
  const auto published = store_.published_hash();
  if (!published) return published.error();
  if (*published == hash)
    return staff_error(ErrorCode::kConflict, {"フォルダの内容は、公開済みの規則と同じです。",
                                              "What is in the folder is what is published already."});
  if (packed.size() > store::RuleReleases::kMaxBytes) return store::rules_too_large();
  const auto written =
      audit_.append({0, clock_.now(), who.name, "alert_rules.propose", std::string(kAlertRulesFile), hash, ""});
  if (!written) return written.error();
  const TimePoint now = clock_.now();
  const Status proposed = store_.propose({hash, packed, who.name, now});
  if (!proposed) return proposed.error();
  tell(Notice::Kind::kToApprove, hash,
       who.name + "が警報の規則を提案しました（" + format_jst(now) +
           "）。別の方（緊急配信担当、承認者）が、コンソールの「警報の規則」で違いを確かめて、公開するか差し戻してくだ"
           "さい。"
           "それまでは公開済みの規則のままです。");
  return hash;
}

bool AlertReleases::may_publish(const store::Actor& who) {
  return who.roles.has_any({Role::kEmergencyOfficer, Role::kApprover});
}

void AlertReleases::tell(Notice::Kind kind, std::string_view hash, std::string reason) {
  if (staff_ != nullptr) staff_->tell({kind, std::string(kAlertRulesNotice) + std::string(hash), std::move(reason)});
}

Status AlertReleases::publish(const store::Actor& who, std::string_view hash) {
  if (!may_publish(who))
    return staff_error(ErrorCode::kRefused, {"規則を公開するには「緊急配信担当」か「承認者」の権限が必要です。",
                                             "Publishing rules needs the role of emergency officer or approver."});
  const auto proposed = store_.proposed();
  if (!proposed) return proposed.error();
  if (!*proposed) return store::no_proposal();
  if ((*proposed)->hash != hash) return store::another_proposal();
  if ((*proposed)->by == who.name) return store::own_proposal();
  if (hash_of_rules(pack_rule_files(folder_files())) != hash)
    return staff_error(ErrorCode::kConflict,
                       {"提案のあとに、フォルダの規則のファイルが変わりました。内容を確かめて、提案し直してください。",
                        "The files changed after they were proposed. Look at them and propose them anew."});
  const auto usable =
      use({(*proposed)->hash, (*proposed)->text, (*proposed)->by, who.name, (*proposed)->at, clock_.now()});
  if (!usable) {
    const StaffText why = told(usable.error());
    return staff_error(ErrorCode::kInvalid,
                       {"この規則は使えません（" + why.ja + "）。", "These rules cannot be used (" + why.en + ")."});
  }
  const auto written = audit_.append({0, clock_.now(), who.name, "alert_rules.publish", std::string(kAlertRulesFile),
                                      std::string(hash) + " 提案: " + (*proposed)->by, ""});
  if (!written) return written.error();
  const Status published = store_.publish(hash, who.name, clock_.now());
  if (published)
    tell(
        Notice::Kind::kRulesPublished, hash,
        who.name + "が警報の規則を公開しました（提案は" + (*proposed)->by + "）。次の電文から、この規則で判断します。");
  return published;
}

Status AlertReleases::give_back(const store::Actor& who, std::string_view hash, std::string_view why) {
  if (!who.roles.has_any({Role::kEmergencyOfficer, Role::kApprover, Role::kContentEditor}))
    return staff_error(ErrorCode::kRefused,
                       {"規則の提案を差し戻す権限がありません。", "Your roles do not include giving a proposal back."});
  const auto written = audit_.append({0, clock_.now(), who.name, "alert_rules.return", std::string(kAlertRulesFile),
                                      std::string(hash) + (why.empty() ? "" : " " + std::string(why)), ""});
  if (!written) return written.error();
  const auto before = store_.waiting();
  if (!before) return before.error();
  const Status given = store_.give_back(hash, who.name, clock_.now(), why);
  if (!given) return given;
  if (*before && (*before)->hash == hash && (*before)->by != who.name)
    tell(Notice::Kind::kReturned, hash,
         who.name + "が、" + (*before)->by + "の提案した警報の規則を差し戻しました" +
             (why.empty() ? "。" : ": " + std::string(why)));
  return given;
}

AlertRuleFiles AlertReleases::folder_files() const {
  std::vector<FileProblem> problems;
  AlertRuleFiles files = read_alert_rule_files(folder_, problems);
  if (const auto city = load_alert_city(folder_, problems)) add_city(*city, files);
  return files;
}

std::string AlertReleases::problem_of(const store::PublishedRules& published) {
  {
    const std::lock_guard lock(mutex_);
    if (proven_ && proven_->first == published.hash) return proven_->second;
  }
  const auto content = use(published);
  std::string problem = content ? std::string() : content.error().detail;
  const std::lock_guard lock(mutex_);
  proven_.emplace(published.hash, problem);
  return problem;
}

AlertRulesStanding AlertReleases::standing_of(const std::optional<store::PublishedRules>& published,
                                              const AlertRuleFiles& folder) {
  using Kind = AlertRulesStanding::Kind;
  if (!published)
    return AlertRulesStanding{Kind::kNothing,
                              "公開された規則がまだありません。自動では何も送らず、「送る」の規則も人の確認を待ちます。"
                              "規則を提案し、別の方が公開すると使えます。"};
  const std::string people = "提案 " + published->proposed_by + "、公開 " + published->published_by + "、" +
                             format_jst(published->published_at);
  if (const std::string problem = problem_of(*published); !problem.empty())
    return AlertRulesStanding{Kind::kUnusable, unusable(problem) + "。直した規則を提案し、別の方が公開してください。"};
  if (hash_of_rules(pack_rule_files(folder)) == published->hash)
    return AlertRulesStanding{Kind::kPublished, "公開済みの規則を使っています（" + people + "）。"};
  return AlertRulesStanding{Kind::kFileDiffers, "フォルダの" + differing(*published, folder) +
                                                    "は公開済みの規則と違います。使っているのは公開済みの規則（" +
                                                    people + "）です。変えるには提案し、別の方が公開してください。"};
}

Result<AlertRulesStanding> AlertReleases::standing() {
  const auto published = store_.published();
  if (!published) return published.error();
  return standing_of(*published, folder_files());
}

Result<AlertRulesView> AlertReleases::view() {
  AlertRulesView view;
  auto published = store_.published();
  if (!published) return published.error();
  auto proposed = store_.proposed();
  if (!proposed) return proposed.error();
  auto returned = store_.returned();
  if (!returned) return returned.error();
  const AlertRuleFiles in_folder = folder_files();
  view.standing = standing_of(*published, in_folder);
  view.published = *std::move(published);
  view.proposed = *std::move(proposed);
  view.returned = *std::move(returned);
  if (!view.proposed) return view;
  view.file_changed = hash_of_rules(pack_rule_files(in_folder)) != view.proposed->hash;
  const auto after = unpack_rule_files(view.proposed->text);
  if (!after) return after.error();
  AlertRuleFiles before;
  if (view.published) {
    if (auto files = unpack_rule_files(view.published->text)) before = *std::move(files);
  }
  view.changes = compare_alert_rules(rules_of(before), rules_of(*after));
  view.files = compare_rule_files(before, *after);
  return view;
}

Result<AlertContent> AlertReleases::in_force(std::vector<FileProblem>& problems) {
  const auto published = store_.published();
  if (!published) return published.error();
  if (*published) {
    auto content = use(**published);
    if (content) return content;
    problems.push_back({std::string(kAlertRulesFile), 0, "", unusable(content.error().detail), false});
    Result<AlertCity> city = load_alert_city(folder_, problems);
    if (!city) return city.error();
    return held_alert_content(
        *std::move(city),
        {unusable(content.error().detail), "The published rules cannot be used by this version: everything waits"});
  }
  Result<AlertCity> city = load_alert_city(folder_, problems);
  if (!city) return city.error();
  auto content = make_alert_content(*std::move(city), read_alert_rule_files(folder_, problems), problems);
  if (content) content->held_because = kNothingPublished;
  return content;
}

}  // namespace kairan::broadcasts
