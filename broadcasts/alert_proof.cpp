// The proof of the texts: whatever a rule can send renders, with every field there, with none of the optional ones, with
// each missing alone, and says no other level than its own.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_rules.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kMaxTextUtf16 = 5000;  // LINE's text message

AlertFields sample_optional_fields() {
  AlertFields fields;
  for (const std::string& name : alert_field_names()) fields[name] = "見本";
  return fields;
}

/// Problems are reported once for each text, not once for each of its thousand combinations.
class TextProof {
 public:
  TextProof(const AlertContent& content, std::vector<FileProblem>& problems) : content_(content), problems_(problems) {}

  void prove(const AlertRule& rule, const AlertKind& kind, int level, int before, AlertOccasion occasion) {
    looked_at_.clear();  // what a text may say depends on kind and level
    const AlertTemplate* const form = content_.templates.find(rule.form);
    if (form == nullptr) {
      report("alerts.yaml", rule.line, "ひな形「" + rule.form + "」が templates/alerts/ にありません。");
      return;
    }
    for (const std::string& language : content_.rules.languages) {
      AlertFields fields = sample_optional_fields();
      // {action} comes from the template itself, or not at all.
      fields.erase("action");
      for (auto& [name, value] : level_fields(content_.city, *form, kind.id, level, before, language, {}))
        fields[name] = value;
      try_one(*form, kind, level, before, occasion, language, fields);
      AlertFields bare;
      for (const auto& [name, value] : fields) {
        if (field_always_there(name, occasion)) bare[name] = value;
      }
      try_one(*form, kind, level, before, occasion, language, bare);
      for (const std::string& name : alert_field_names()) {
        if (field_always_there(name, occasion)) continue;
        AlertFields without = fields;
        without.erase(name);
        try_one(*form, kind, level, before, occasion, language, without);
      }
    }
  }
  std::size_t tried() const { return tried_; }

 private:
  void report(const std::string& file, int line, const std::string& message) {
    if (reported_.insert(file + std::to_string(line) + message).second)
      problems_.push_back({file, line, "", message, false});
  }

  void try_one(const AlertTemplate& form, const AlertKind& kind, int level, int before, AlertOccasion occasion,
               const std::string& language, const AlertFields& fields) {
    ++tried_;
    const auto line_entry = form.lines.find(occasion);
    const int line = line_entry == form.lines.end() ? 1 : line_entry->second;
    const Result<std::string> text = form.render(occasion, language, fields);
    if (!text) {
      report(form.file, line, text.error().detail + "。");
      return;
    }
    if (!looked_at_.insert(*text).second) return;
    if (trim(*text).empty()) report(form.file, line, "文が空になることがあります（" + language + "）。");
    if (length_utf16(*text) > kMaxTextUtf16) report(form.file, line, "文が5,000文字を超えます。");
    const std::string word = contradiction(*text, kind, level, before);
    if (word.empty()) return;
    const KindLevel* const shown = kind.level(level > 0 ? level : before);
    report(form.file, line,
           std::string(kind.id) + " の「" + pick(shown->name, "ja") + "」を知らせる文（" +
               std::string(occasion_id(occasion)) + "、" + language + "）に「" + word +
               "」と書いてあります。レベルの名前は {name} で差し込み、とるべき行動は actions "
               "にレベルごとに書いてください。");
  }

  const AlertContent& content_;
  std::vector<FileProblem>& problems_;
  std::set<std::string> reported_, looked_at_;
  std::size_t tried_ = 0;
};

}  // namespace

AlertFields level_fields(const AlertCity& city, const AlertTemplate& form, std::string_view kind_id, int level,
                         int before, const std::string& language, const std::string& written_name) {
  AlertFields fields;
  fields["city"] = city.name;
  const AlertKind* const kind = find_alert_kind(kind_id);
  if (kind == nullptr) return fields;
  fields["kind"] = pick(kind->name, language);
  const KindLevel* const now = kind->level(level);
  const KindLevel* const then = kind->level(before);
  const KindLevel* const named = now != nullptr ? now : then;
  if (named != nullptr)
    fields["name"] = language == "ja" && !written_name.empty() ? written_name : pick(named->name, language);
  const bool over = now == nullptr && language == "ja" && !written_name.empty();  // what has ended is called as it was
  if (then != nullptr) fields["before"] = over ? written_name : pick(then->name, language);
  if (now != nullptr) {
    const auto action = form.actions.find(std::string(now->id));
    if (action != form.actions.end()) fields["action"] = pick(action->second, language);
  }
  return fields;
}

std::size_t prove_alert_texts(const AlertContent& content, std::vector<FileProblem>& problems) {
  TextProof proof(content, problems);
  std::set<std::string> done;
  for (const AlertKind& kind : alert_kinds()) {
    for (int level = 1; level <= static_cast<int>(kind.levels.size()); ++level) {
      for (const AlertScope scope : kind.scopes) {
        for (const int minute : {12 * 60, 0}) {
          const AlertRule* const rule = content.rules.match(kind.id, level, scope, minute);
          if (rule == nullptr || rule->form.empty()) continue;
          if (!done.insert(rule->form + "/" + std::string(kind.id) + "/" + std::to_string(level)).second) continue;
          proof.prove(*rule, kind, level, 0, AlertOccasion::kNew);
          proof.prove(*rule, kind, level, level, AlertOccasion::kCorrected);
          proof.prove(*rule, kind, 0, level, AlertOccasion::kLifted);
          proof.prove(*rule, kind, 0, level, AlertOccasion::kWithdrawn);
          for (int other = 1; other < level; ++other) {
            proof.prove(*rule, kind, level, other, AlertOccasion::kRaised);
            proof.prove(*rule, kind, other, level, AlertOccasion::kLowered);
          }
        }
      }
    }
  }
  return proof.tried();
}

}  // namespace kairan::broadcasts
