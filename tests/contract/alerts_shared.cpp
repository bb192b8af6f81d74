// Every sample telegram and CAP message through the sample city's rules: what is expected of each, and the field that
// decides it. None of the real warnings is for Kashima, so those that concern it are made here from real ones by changing
// area codes (and, where a case needs it, status, info type or event id); each case says what was changed.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "broadcasts/alert_engine.h"
#include "gateway/main/alert_reader.h"
#include "tests/contract/shared_folder.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::broadcasts;

namespace {

std::string data_folder() {
  const std::string shared = test::shared_folder();
  if (shared.empty()) {
    std::cout << "skipped: no folder with sample telegrams\n";
    return "";
  }
  return shared + "/data/";
}

std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

const AlertContent& kashima() {
  static const AlertContent content = [] {
    std::vector<FileProblem> problems;
    auto loaded = load_alert_content(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
    for (const auto& problem : problems) std::cout << problem.file << ":" << problem.row << " " << problem.message << "\n";
    REQUIRE(loaded.ok());
    loaded->release = "sample";  // as if two people had published them
    return std::move(*loaded);
  }();
  return content;
}

/// A city's evening: messages in order, one state, as `kairan alerts replay` has it.
class Replay {
 public:
  /// "send new earthquake/5-; ignore none" of one message; "unreadable: ..." when it is none.
  std::string read(const std::string& bytes, const std::string& name) {
    const auto alerts = gateway::read_alerts(bytes, name, kashima().city);
    if (!alerts) return "ignore none";
    std::string out;
    for (const Alert& alert : *alerts) {
      for (const AlertDecision& decision : engine_.process(state_, alert, alert.reported + std::chrono::seconds(5))) {
        last_ = decision;
        std::string line = std::string(action_id(decision.action)) + " " + std::string(effect_id(decision.effect));
        if (!decision.kind.empty()) line += " " + decision.kind;
        if (!decision.level_id().empty()) line += "/" + decision.level_id();
        if (out.find(line) == std::string::npos) out += (out.empty() ? "" : "; ") + line;
        if (decision.action != AlertAction::kIgnore) CHECK_FALSE(decision.texts.empty());
        if (decision.drill) CHECK(decision.action != AlertAction::kSend);
      }
    }
    CHECK_FALSE(out.empty());
    return out;
  }
  const AlertDecision& last() const { return last_; }

 private:
  AlertEngine engine_{kashima()};
  AlertState state_;
  AlertDecision last_;
};

using Changes = std::vector<std::pair<std::string, std::string>>;

std::string changed(std::string bytes, const Changes& changes) {
  for (const auto& [from, to] : changes) {
    INFO(from);
    REQUIRE(bytes.find(from) != std::string::npos);
    for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size())) bytes.replace(at, from.size(), to);
  }
  return bytes;
}

/// A sample with changes, read under `name`.
struct Step {
  std::string sample;
  Changes changes;
  std::string expected;
  std::string decided_by;
  std::string name = {};  ///< the sample's own when empty
};

void play(const std::vector<Step>& steps) {
  const std::string folder = data_folder();
  if (folder.empty()) return;
  Replay replay;
  for (const Step& step : steps) {
    INFO(step.sample << ": " << step.decided_by);
    const std::string path = folder + step.sample;
    const std::string name = step.name.empty() ? std::filesystem::path(path).filename().string() : step.name;
    CHECK(replay.read(changed(bytes_of_file(path), step.changes), name) == step.expected);
  }
}

const std::string kSamples = "jma/samples/";
const Changes kNara{{"2920100", "4120700"}};  // 奈良市 → 鹿島市
const Changes kWakkanai{{"0121400", "4120700"}};

}  // namespace

TEST_CASE("Every sample is decided as its own fields say") {
  const std::string folder = data_folder();
  if (folder.empty()) return;
  // What is not listed here concerns other prefectures (Body's area codes): it is ignored.
  const std::map<std::string, std::pair<std::string, std::string>> others{
      {"37_01_02_240613_VXSE43.xml", {"send new eew/issued", "Forecast/Pref/Area/Code 721; event known from its serial 1 when replayed in order"}},
      {"37_01_03_240613_VXSE43.xml", {"send withdraw eew", "Head/InfoType 取消 with the EventID of 37_01_02"}},
      {"32-39_12_02_250206_VTSE41.xml", {"ignore none tsunami/warning", "Control/Status 訓練"}},
      {"32-39_12_03_250206_VTSE51.xml", {"ignore none tsunami/warning", "Control/Status 訓練"}},
      {"32-39_12_07_250206_VTSE41.xml", {"ignore none tsunami/warning", "Control/Status 訓練"}},
      {"32-39_12_13_250206_VTSE41.xml", {"ignore none tsunami", "Control/Status 訓練"}},
  };
  const std::map<std::string, std::string> why{
      {"VPWW", "Warning（市町村等）Area/Code"}, {"VXWW", "Warning Area/Code"}, {"VPTI", "information type"}, {"VPTW", "information type"},
      {"VXSE52", "type without intensities"}, {"VZSE", "information type"}, {"VPRN", "Significancy/Code 00 of 4120700"}};
  Replay replay;
  std::size_t count = 0;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + "jma")) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + "cap")) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename().string();
    INFO(name);
    const auto special = others.find(name);
    CHECK(replay.read(bytes_of_file(path), name) == (special == others.end() ? "ignore none" : special->second.first));
    ++count;
  }
  CHECK(count >= 80);
}

TEST_CASE("A special warning for the city is sent once, whatever types it comes in, and follows its own course") {
  play({
      {kSamples + "15_08_01_130412_VPWW53.xml", kNara, "send new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "Kind/Code 33, Status 発表"},
      {kSamples + "15_08_01_130412_VPWW53.xml", {kNara[0], {"気象特別警報・警報・注意報", "気象警報・注意報（Ｈ２７）"}}, "ignore duplicate rain/special; ignore duplicate thunder/advisory; ignore duplicate storm/advisory; ignore duplicate flood/advisory", "the same as VPWW54", "x_VPWW54.xml"},
      {kSamples + "62_01_01_130412_VPNO50.xml", kNara, "ignore duplicate rain/special", "the notice beside it"},
      {kSamples + "15_08_02_130412_VPWW53.xml", kNara, "ignore update rain/special; ignore update thunder/advisory; ignore update storm/advisory; ignore update flood/advisory", "Status 継続"},
      {kSamples + "15_08_03_160628_VPWW53.xml", kNara, "ignore update rain/special; ignore update thunder/advisory; ignore update storm/advisory; ignore update flood/advisory", "Status 継続"},
      {kSamples + "15_08_04_160628_VPWW53.xml", kNara, "hold update rain/advisory; ignore update thunder; ignore update storm; ignore update flood", "Status 特別警報から注意報"},
      {kSamples + "15_08_05_130412_VPWW53.xml", kNara, "hold update rain", "Status 解除"},
  });
}

TEST_CASE("A continuation whose beginning was never seen waits for a person") {
  play({{kSamples + "15_08_02_130412_VPWW53.xml", kNara, "hold new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "Status 継続"}});
  play({{kSamples + "17_02_02_190529_VXWW50.xml", {{"0133200", "4120700"}}, "hold new landslide/danger", "Status 継続"}});
  play({{kSamples + "32-39_12_07_250206_VTSE41.xml", {{"<Status>訓練", "<Status>通常"}, {"＊＊＊これは訓練です＊＊＊", ""}}, "hold new tsunami/warning", "LastKind 51 = Kind 51"}});
}

TEST_CASE("A drill is never sent, whatever it says") {
  play({{kSamples + "15_08_01_130412_VPWW53.xml", {kNara[0], {"<Status>通常", "<Status>訓練"}}, "ignore none rain/special; ignore none thunder/advisory; ignore none storm/advisory; ignore none flood/advisory", "Control/Status 訓練"},
        {kSamples + "15_08_01_130412_VPWW53.xml", {kNara[0], {"<Status>通常", "<Status>試験"}}, "ignore none rain/special; ignore none thunder/advisory; ignore none storm/advisory; ignore none flood/advisory", "Control/Status 試験"},
        // and it leaves nothing behind: the real one afterwards is new
        {kSamples + "15_08_01_130412_VPWW53.xml", kNara, "send new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "Control/Status 通常"}});
  // Drill words in a telegram that calls itself real: a person looks.
  play({{kSamples + "32-39_12_02_250206_VTSE41.xml", {{"<Status>訓練", "<Status>通常"}}, "hold new tsunami/warning", "Headline これは訓練です"}});
}

TEST_CASE("A cancel takes back what it names and nothing else") {
  const Changes cancel{kNara[0], {"<InfoType>発表", "<InfoType>取消"}};
  play({{kSamples + "15_08_01_130412_VPWW53.xml", cancel, "ignore none rain/special", "nothing was issued"}});
  play({{kSamples + "15_08_01_130412_VPWW53.xml", kNara, "send new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "Status 発表"},
        {kSamples + "15_08_01_130412_VPWW53.xml", {cancel[0], cancel[1], {"奈良地方気象台", "下関地方気象台"}}, "ignore none rain/special", "another office (types without ids)"},
        {kSamples + "15_08_01_130412_VPWW53.xml", cancel, "ignore withdraw flood; send withdraw rain; ignore withdraw storm; ignore withdraw thunder", "InfoType 取消, office and time"},
        {kSamples + "15_08_01_130412_VPWW53.xml", cancel, "ignore duplicate rain/special", "the same bytes"}});
  const Changes felt{{"<Code>222</Code><MaxInt>4", "<Code>721</Code><MaxInt>5-"}};
  const Changes taken_back{{"20220509152315", "20100705065511"}, {"2022-05-10T18:10", "2010-07-05T07:10"}};
  play({{kSamples + "32-35_08_05_100915_VXSE51.xml", felt, "send new earthquake/5-", "Area/Code 721 MaxInt 5-"},
        {kSamples + "32-35_10_01_220510_VXSE51.xml", {{"2022-05-10T18:10", "2010-07-05T07:10"}}, "ignore none", "another EventID"},
        {kSamples + "32-35_10_01_220510_VXSE51.xml", taken_back, "send withdraw earthquake", "the same EventID"}});
}

TEST_CASE("A correction replaces what it corrects") {
  const Changes correction{kNara[0], {"<InfoType>発表", "<InfoType>訂正"}};
  play({{kSamples + "15_08_01_130412_VPWW53.xml", correction, "hold new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "what it corrects was never seen"}});
  const Changes felt{{"<City><Name>陸前高田市</Name><Code>0321000</Code><MaxInt>4", "<City><Name>佐賀鹿島市</Name><Code>4120700</Code><MaxInt>5-"}};
  play({{kSamples + "32-35_08_07_240613_VXSE53.xml", felt, "send new earthquake/5-", "City/Code 4120700 MaxInt 5-"},
        {kSamples + "32-35_08_07_240613_VXSE53.xml", {felt[0], {"<InfoType>発表", "<InfoType>訂正"}}, "hold correct earthquake/5-", "says the same of the city"},
        {kSamples + "32-35_08_07_240613_VXSE53.xml", {{felt[0].first, "<City><Name>佐賀鹿島市</Name><Code>4120700</Code><MaxInt>4"}, {"<InfoType>発表", "<InfoType>訂正"}}, "send correct earthquake/4", "MaxInt 4"},
        {kSamples + "32-35_08_07_240613_VXSE53.xml", {{"<InfoType>発表", "<InfoType>訂正"}, {"<InfoKind>地震情報", "<InfoKind> 地震情報"}}, "hold correct earthquake", "the city is gone from it"}});
}

TEST_CASE("An earthquake in three types is one") {
  const Changes felt{{"<Code>222</Code><MaxInt>4", "<Code>721</Code><MaxInt>5-"}};
  const std::string town = "<City><Name>陸前高田市</Name><Code>0321000</Code><MaxInt>4";
  const Changes same_event{{"20100705065610", "20100705065511"}};
  play({{kSamples + "32-35_08_05_100915_VXSE51.xml", felt, "send new earthquake/5-", "721"},
        {kSamples + "32-35_08_07_240613_VXSE53.xml", {same_event[0], {town, "<City><Name>佐賀鹿島市</Name><Code>4120700</Code><MaxInt>5-"}}, "ignore duplicate earthquake/5-", "the same EventID and level"}});
  play({{kSamples + "32-35_08_05_100915_VXSE51.xml", felt, "send new earthquake/5-", "721"},
        {kSamples + "32-35_08_07_240613_VXSE53.xml", {same_event[0], {town, "<City><Name>佐賀鹿島市</Name><Code>4120700</Code><MaxInt>6+"}}, "send update earthquake/6+", "more than the first"}});
  // An observation point with the city's number is not the city.
  play({{kSamples + "32-35_08_07_240613_VXSE53.xml", {{"<Code>0321030</Code><Int>4", "<Code>4120700</Code><Int>4"}}, "ignore none", "IntensityStation/Code"}});
  // 712 among earthquake areas is 福岡県筑豊, not 有明・八代海.
  play({{kSamples + "37_01_02_240613_VXSE43.xml", {{"<Code>721<", "<Code>999<"}}, "ignore none", "712 under Intensity is no tsunami area"}});
}

TEST_CASE("Landslide warnings begin, continue and end; the types of 2026 have their levels") {
  const Changes matsumae{{"0133200", "4120700"}};
  play({{kSamples + "17_02_01_190529_VXWW50.xml", matsumae, "send new landslide/danger", "Kind/Code 3 発表"},
        {kSamples + "17_02_02_190529_VXWW50.xml", matsumae, "ignore update landslide/danger", "継続"},
        {kSamples + "17_02_03_190529_VXWW50.xml", matsumae, "hold update landslide", "Kind/Code 1 解除"}});
  play({{kSamples + "17_04_01_250630_VXWW50.xml", {{"1420600", "4120700"}}, "send new landslide/danger", "Code 3, whatever its new title"}});
  play({{kSamples + "15_16_01_241031_VPWW56.xml", kWakkanai, "send new landslide/danger", "Kind/Code 49"},
        {kSamples + "17_04_01_250630_VXWW50.xml", {{"1420600", "4120700"}, {"2024-11-02T18:50", "2020-06-22T23:03"}}, "ignore duplicate landslide/danger", "VXWW50 beside VPWW56"}});
  play({{kSamples + "15_16_03_241226_VPWW55.xml", kWakkanai, "send new rain/danger", "Kind/Code 43"}});
  play({{kSamples + "15_16_02_250630_VPWW57.xml", {{"2620200", "4120700"}}, "send new surge/danger", "Kind/Code 48"}});
  play({{kSamples + "15_16_04_250630_VPWW58.xml", kWakkanai, "hold new storm/warning", "Kind/Code 05"}});
  play({{kSamples + "15_16_05_241226_VPWW59.xml", kWakkanai, "hold new wave/warning", "Kind/Code 07"}});
  play({{kSamples + "15_16_06_241226_VPWW60.xml", kWakkanai, "hold new snow/warning", "Kind/Code 06"}});
  play({{kSamples + "15_16_07_250630_VPWW61.xml", kWakkanai, "ignore new thunder/advisory", "Kind/Code 14"}});
}

TEST_CASE("Tsunami, rain, tornado, river, risk and heat for the city") {
  const Changes real{{"<Status>訓練", "<Status>通常"}, {"＊＊＊これは訓練です＊＊＊", ""}};
  play({{kSamples + "32-39_12_02_250206_VTSE41.xml", real, "send new tsunami/warning", "Area/Code 712 Kind 51"},
        {kSamples + "32-39_12_03_250206_VTSE51.xml", real, "ignore duplicate tsunami/warning", "the same category in VTSE51"},
        {kSamples + "32-39_12_07_250206_VTSE41.xml", real, "ignore update tsunami/warning", "still 51"},
        {kSamples + "32-39_12_13_250206_VTSE41.xml", real, "hold update tsunami", "Kind 50 or 60"}});
  play({{kSamples + "18_01_01_100806_VPOA50.xml", {{"270000", "410000"}}, "hold new record-rain/issued", "prefecture 410000"}});
  play({{kSamples + "19_03_01_130906_VPHW50.xml", {{"4230800", "4120700"}}, "hold new tornado/issued", "Warning（市町村等）"},
        {kSamples + "19_03_01_130906_VPHW50.xml", {{"4230800", "4120700"}}, "ignore duplicate tornado/issued", "the same bytes", "x_VPHW51.xml"}});
  play({{kSamples + "16_06_01_220728_VXKOii.xml", {{"0000000", "4120700"}}, "hold new river/4", "CityCode of 浸水想定地区; Kind/Code 41"}});
  play({{kSamples + "57_03_01_240401_VPFT50.xml", {{"熊谷地方気象台", "佐賀地方気象台"}}, "hold new heat/alert", "EditorialOffice (the type has no area code)"}});
}

TEST_CASE("Types are told without their file name, and a name that contradicts the body is not believed") {
  play({{kSamples + "15_08_01_130412_VPWW53.xml", kNara, "send new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "the body's Warning types", "telegram-1.xml"}});
  play({{kSamples + "17_02_01_190529_VXWW50.xml", {{"0133200", "4120700"}}, "send new landslide/danger", "InfoKind 土砂災害警戒情報", "a.xml"}});
  play({{kSamples + "15_08_01_130412_VPWW53.xml", kNara, "hold new rain/special; ignore new thunder/advisory; ignore new storm/advisory; ignore new flood/advisory", "the name says VTSE41", "x_VTSE41.xml"}});
}

TEST_CASE("L-Alert and CAP messages for the city wait for a person") {
  play({{"cap/lalert/soap1.xml", {{"131016", "412074"}, {">Test<", ">Actual<"}}, "hold new evacuation/elderly", "jisX0402 412074, IssueOrLift 発令"}});
  play({{"cap/lalert/soap1.xml", {{"131016", "412074"}}, "ignore none evacuation/elderly", "distributionStatus Test"}});
  play({{"cap/lalert/soap1.xml", {{"131016", "412075"}, {">Test<", ">Actual<"}}, "ignore none", "wrong check digit"}});
  const Changes ours{{"030049", "412074"}};
  play({{"cap/weather.cap", ours, "hold new cap/severe", "geocode/value"},
        {"cap/weather.cap", {ours[0], {"<msgType>Alert</msgType>", "<msgType>Cancel</msgType><references>w-nws.webmaster@noaa.gov,NOAA-NWS-ALERTS-MT20100830100700TFXFlashFloodWatchTFX20100830180000MT,2010-08-30T04:07:00-06:00</references>"}, {"<identifier>", "<identifier>X"}}, "hold withdraw cap", "references"}});
}
