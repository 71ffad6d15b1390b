package dev.ballast.configdb;

import dev.ballast.model.Codec;
import dev.ballast.model.Edit;
import dev.ballast.model.Plan;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Who changed what: one row per revision, bounded in size, and the last {@value #REVISIONS_KEPT} of them. */
record History(Connection connection) {
  static final int REVISIONS_KEPT = 100_000;
  static final int EDITS_KEPT = 100;
  static final int LIMIT = 1_000;
  private static final int FIELDS_KEPT = 20;
  private static final int TEXT_KEPT = 1_000;

  void add(long revision, UUID attempt, String who, Plan plan) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO ballast.history (revision, attempt, at, who, summary)"
                + " VALUES (?, ?, clock_timestamp(), ?, ?::jsonb)")) {
      statement.setLong(1, revision);
      statement.setObject(2, attempt);
      statement.setString(3, shortened(who));
      statement.setString(4, summary(plan).toString());
      statement.executeUpdate();
    }
  }

  boolean has(long revision, UUID attempt) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT 1 FROM ballast.history WHERE revision = ? AND attempt = ?")) {
      statement.setLong(1, revision);
      statement.setObject(2, attempt);
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Newest first, those before a revision. */
  List<HistoryEntry> before(long revision, int limit) throws SQLException {
    var entries = new ArrayList<HistoryEntry>();
    try (var statement =
        connection.prepareStatement(
            "SELECT revision, at, who, summary FROM ballast.history WHERE revision < ?"
                + " ORDER BY revision DESC LIMIT ?")) {
      statement.setLong(1, revision);
      statement.setInt(2, Math.clamp(limit, 1, LIMIT));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          Instant at = rows.getObject(2, OffsetDateTime.class).toInstant();
          entries.add(new HistoryEntry(rows.getLong(1), at, rows.getString(3), rows.getString(4)));
        }
      }
    }
    return entries;
  }

  void prune(long revision) throws SQLException {
    try (var statement =
        connection.prepareStatement("DELETE FROM ballast.history WHERE revision <= ?")) {
      statement.setLong(1, revision - REVISIONS_KEPT);
      statement.executeUpdate();
    }
  }

  private static ObjectNode summary(Plan plan) {
    ObjectNode summary = JsonNodeFactory.instance.objectNode();
    for (Edit.Action action : Edit.Action.values()) {
      summary.put(
          Codec.text(action),
          plan.edits().stream().filter(edit -> edit.action() == action).count());
    }
    ArrayNode edits = summary.putArray("edits");
    plan.edits().stream().limit(EDITS_KEPT).forEach(edit -> describe(edits.addObject(), edit));
    return summary;
  }

  private static void describe(ObjectNode node, Edit edit) {
    node.put("kind", edit.key().kind().documentName())
        .put("name", edit.key().name())
        .put("action", Codec.text(edit.action()));
    ArrayNode fields = node.putArray("fields");
    edit.fields().stream()
        .limit(FIELDS_KEPT)
        .forEach(
            field ->
                fields
                    .addObject()
                    .put("path", field.path())
                    .put("before", shortened(field.before()))
                    .put("after", shortened(field.after())));
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_KEPT ? text : text.substring(0, TEXT_KEPT) + "…";
  }
}
