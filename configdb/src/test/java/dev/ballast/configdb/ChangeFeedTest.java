package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.ApplyOptions;
import dev.ballast.model.ItemKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ChangeFeedTest {
  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  private final FeedRecorder recorder = new FeedRecorder();

  @Test
  void shouldListAndThenStreamEachTransaction() {
    postgres.store().apply(Yaml.pool("web", 3, 1), ApplyOptions.NONE, "test");
    try (var feed = ChangeFeed.start(postgres.database(), FeedMode.AUTO, recorder)) {
      await().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
      long n =
          postgres
              .store()
              .apply(Yaml.backend("web", "b1", 7), ApplyOptions.NONE, "test")
              .revision()
              .n();
      await().pollInterval(Duration.ofMillis(5)).until(() -> recorder.n() == n);
      assertThat(recorder.listings()).isEqualTo(1);
      assertThat(recorder.changes()).hasSize(1);
      assertThat(recorder.changes().getFirst().upserts())
          .singleElement()
          .satisfies(item -> assertThat(item.key()).isEqualTo(ItemKey.backend("web", "b1")));
    }
  }
}
