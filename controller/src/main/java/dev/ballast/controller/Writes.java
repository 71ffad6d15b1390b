package dev.ballast.controller;

import dev.ballast.configdb.Applied;
import dev.ballast.model.Edit;
import dev.ballast.model.Problem;
import dev.ballast.model.Revision;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How a write is answered: what it did, once this controller's catalog shows it. */
record Writes(Catalog catalog, Duration patience) {
  Answer answer(Applied applied) throws InterruptedException {
    Revision revision = applied.revision();
    boolean isHere = catalog.await(revision, patience);
    ObjectNode json =
        Json.object().put("revision", revision.toString()).put("changed", applied.isChanged());
    ArrayNode edits = json.putArray("edits");
    applied.plan().edits().forEach(edit -> put(edits.addObject(), edit));
    ArrayNode warnings = json.putArray("warnings");
    applied.plan().warnings().stream().map(Problem::toString).forEach(warnings::add);
    if (!isHere) {
      warnings.add(
          "committed as "
              + revision
              + ", but this controller has not seen it within "
              + patience.toSeconds()
              + " s; its change feed: "
              + catalog.feed().reason());
    }
    return Answer.json(json);
  }

  private static void put(ObjectNode json, Edit edit) {
    Json.put(json, edit.key()).put("action", edit.action().name().toLowerCase(Locale.ROOT));
    ArrayNode fields = json.putArray("fields");
    for (Edit.FieldEdit field : edit.fields()) {
      fields
          .addObject()
          .put("path", field.path())
          .put("before", field.before())
          .put("after", field.after());
    }
  }
}
