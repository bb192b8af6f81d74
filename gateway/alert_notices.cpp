#include "gateway/alert_notices.h"

namespace kairan::gateway {
namespace {

std::string held_notice(const std::string& held) {
  return std::string(kAlertsNotice) + ":" + held;
}

}  // namespace

broadcasts::AlertNotice alert_notice(StaffNotices& notices) {
  broadcasts::AlertNotice made;
  made.tell = [&notices](const broadcasts::AlertNews& news) {
    std::string about(kAlertsNotice);
    if (!news.held.empty()) about = held_notice(news.held);
    if (!news.broadcast.empty()) about = news.broadcast;
    // An alarm wants a reader: nobody's acknowledgement in time brings it to those above.
    notices.tell({broadcasts::Notice::Kind::kAlarm, about, news.subject + "\n" + news.text});
  };
  made.settled = [&notices](const std::string& held, const std::string& by) {
    notices.settled(held_notice(held), by);
    // Whoever decides at the desk has its news before them: what waits for nobody in particular is read with it.
    if (!by.empty()) notices.seen(kAlertsNotice, by);
  };
  return made;
}

}  // namespace kairan::gateway
