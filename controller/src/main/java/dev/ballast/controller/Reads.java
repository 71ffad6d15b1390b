package dev.ballast.controller;

import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.time.Duration;
import java.util.Optional;

/** What a read is answered from: the catalog at {@code ?atLeast=EPOCH.N}, or as it is. */
record Reads(Catalog catalog, Duration patience) {
  /**
   * The whole, at the revision that the request asks for or a later one.
   *
   * @throws HttpProblem 503 when that takes too long, 410 when it belongs to another epoch
   */
  Snapshot whole(Call call) throws InterruptedException {
    Snapshot now = listed();
    Optional<Revision> atLeast = call.revision("atLeast");
    if (atLeast.isEmpty()) {
      return now;
    }
    Revision wanted = atLeast.get();
    if (!now.revision().isSameEpoch(wanted)) {
      throw HttpProblem.of(
          410, "gone", wanted + " belongs to another epoch than " + now.revision());
    }
    if (!catalog.await(wanted, patience)) {
      throw lagging(wanted);
    }
    return listed();
  }

  /**
   * The whole, as it is.
   *
   * @throws HttpProblem 503 when the feed has not listed it for the first time
   */
  Snapshot listed() throws InterruptedException {
    return catalog
        .awaitListed(patience)
        .orElseThrow(
            () ->
                HttpProblem.unavailable(
                    "not-listed",
                    "the configuration has not been read yet: " + catalog.feed().reason()));
  }

  HttpProblem lagging(Revision wanted) {
    String at = catalog.whole().map(whole -> whole.revision().toString()).orElse("nothing");
    return HttpProblem.unavailable(
        "lagging", "this controller is at " + at + ", and has not reached " + wanted);
  }
}
