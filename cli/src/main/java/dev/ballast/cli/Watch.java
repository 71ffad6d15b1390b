package dev.ballast.cli;

import dev.ballast.model.Change;
import dev.ballast.model.Edit;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Follows the configuration and prints what changes. When the connection is lost, or the controller no longer has what came
 * after the last line, it lists again and prints the difference.
 */
final class Watch {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int ITEMS_PER_LINE = Integer.MAX_VALUE;

  private final ApiClient client;
  private final Shell shell;
  private final View view;
  private final Predicate<Kind> isOfInterest;
  private final boolean isJson;
  private final List<Item> upserts = new ArrayList<>();
  private final List<ItemKey> deletes = new ArrayList<>();
  private Snapshot snapshot;

  Watch(ApiClient client, Shell shell, View view, Predicate<Kind> isOfInterest, boolean isJson) {
    this.client = client;
    this.shell = shell;
    this.view = view;
    this.isOfInterest = isOfInterest;
    this.isJson = isJson;
    this.snapshot = list();
  }

  /** Runs until the output is closed or the process is interrupted. */
  void run() {
    say("watching " + view + " from revision " + snapshot.revision().n());
    while (!Thread.currentThread().isInterrupted()) {
      try {
        client.follow(
            "/v1/watch?view="
                + ApiClient.encoded(view.toString())
                + "&from="
                + ApiClient.encoded(snapshot.revision().toString()),
            this::line);
        say("the controller has ended the watch: listing again");
      } catch (CommandFailed | ApiProblem lost) {
        say(Failures.text(lost));
      }
      resume();
    }
  }

  /** Lists until that works, and prints what has changed meanwhile. */
  private void resume() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(PAUSE);
        upserts.clear();
        deletes.clear();
        Snapshot fresh = list();
        print(difference(snapshot, fresh));
        snapshot = fresh;
        say("watching again from revision " + fresh.revision().n());
        return;
      } catch (CommandFailed | ApiProblem _) {
        // Still away; it was said once.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Snapshot list() {
    return Configuration.list(client, view, shell.clock().instant()).snapshot();
  }

  private void line(String json) {
    try {
      switch (Wire.readLine(json)) {
        case WatchLine.Changed(Change change) -> take(change);
        case WatchLine.Part(List<Item> more, List<ItemKey> gone) -> {
          upserts.addAll(more);
          deletes.addAll(gone);
        }
        case WatchLine.End end -> {
          take(new Change(end.revision(), end.prev(), upserts, deletes));
          upserts.clear();
          deletes.clear();
        }
        case WatchLine.Bookmark bookmark -> snapshot = snapshot.at(bookmark.revision());
      }
    } catch (InvalidInput | IllegalStateException broken) {
      throw new CommandFailed("the watch is broken: " + broken.getMessage());
    }
  }

  private void take(Change change) {
    Snapshot after = snapshot.apply(change.withPrev(snapshot.revision()));
    print(change);
    snapshot = after;
  }

  private void print(Change whole) {
    var change = narrowed(whole);
    if (change.isEmpty()) {
      return;
    }
    if (isJson) {
      shell.terminal().out().println(Wire.change(change, ITEMS_PER_LINE).getFirst());
    } else {
      printText(change);
    }
    shell.terminal().out().flush();
  }

  private Change narrowed(Change change) {
    return new Change(
        change.revision(),
        change.prev(),
        change.upserts().stream().filter(item -> isOfInterest.test(item.key().kind())).toList(),
        change.deletes().stream().filter(key -> isOfInterest.test(key.kind())).toList());
  }

  private void printText(Change change) {
    String lead =
        shell
            .terminal()
            .paint(
                Colour.DIM,
                TIME.format(shell.clock().instant().atZone(ZoneId.systemDefault()))
                    + "  revision "
                    + change.revision().n()
                    + "  ");
    for (Item item : change.upserts()) {
      Resource after = item.resource();
      var before = snapshot.find(item.key());
      Edits.printOne(
          shell.terminal(),
          lead,
          before.isEmpty() ? "created" : "changed",
          after.key().toString(),
          fields(before.map(old -> Edit.of(old.resource(), after).fields()).orElse(List.of())));
    }
    for (ItemKey key : change.deletes()) {
      Edits.printOne(shell.terminal(), lead, "deleted", key.toString(), fields(List.of()));
    }
  }

  private static ArrayNode fields(List<Edit.FieldEdit> edits) {
    ArrayNode fields = JsonNodeFactory.instance.arrayNode();
    for (Edit.FieldEdit edit : edits) {
      fields
          .addObject()
          .put("path", edit.path())
          .put("before", edit.before())
          .put("after", edit.after());
    }
    return fields;
  }

  private static Change difference(Snapshot before, Snapshot after) {
    return new Change(
        after.revision(),
        before.revision(),
        after.items().values().stream()
            .filter(item -> !before.find(item.key()).map(item::equals).orElse(false))
            .toList(),
        before.items().keySet().stream().filter(key -> after.find(key).isEmpty()).toList());
  }

  private void say(String message) {
    shell.terminal().err().println(message);
  }
}
