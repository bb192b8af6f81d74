// Short links (GET /l/CODE) and the city's own pictures (GET /m/NAME) on the public listener. A link leads to the address that
// its broadcast had and nowhere else; following it is counted for the broadcast, and nothing about who followed it is kept
// or logged. Threads: any.
#pragma once

#include "gateway/http.h"
#include "store/links.h"
#include "store/media.h"

namespace kairan::gateway {

/// @param links  outlives the route
Route link_route(store::Links& links);
/// @param media  outlives the route
Route media_route(const store::Media& media);

}  // namespace kairan::gateway
