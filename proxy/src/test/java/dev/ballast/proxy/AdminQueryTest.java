package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AdminQueryTest {
  @Test
  void shouldReadParametersThatStandSeveralTimes() {
    var query = AdminQuery.of("of=web%2Fb1&wait=5s&of=web/b2&wait=1s&flag&empty=");

    assertThat(query.all("of")).containsExactly("web/b1", "web/b2");
    assertThat(query.last("wait")).isEqualTo("1s");
    assertThat(query.last("flag", "other")).isEmpty();
    assertThat(query.last("empty")).isEmpty();
    assertThat(query.last("none")).isNull();
    assertThat(query.last("none", "other")).isEqualTo("other");
    assertThat(query.all("none")).isEmpty();
    assertThat(AdminQuery.of(null).all("of")).isEmpty();
  }

  @Test
  void shouldRefuseABrokenEncoding() {
    assertThatThrownBy(() -> AdminQuery.of("of=%zz")).isInstanceOf(IllegalArgumentException.class);
  }
}
