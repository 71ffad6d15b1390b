package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataKeyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ItemKey WEB = new ItemKey(Kind.CERTIFICATE, "web");
  private static final Secret.Clear CLEAR =
      new Secret.Clear("the clear bytes".getBytes(StandardCharsets.UTF_8));

  private final DataKey key = DataKey.random(RANDOM);

  private Secret.Sealed sealed() {
    return key.seal(WEB, "key", CLEAR, RANDOM);
  }

  @Test
  void shouldOpenWhatItSealed() throws CannotOpen {
    assertThat(key.open(WEB, "key", sealed())).isEqualTo(CLEAR);
    assertThat(sealed().isSameAs(CLEAR)).isTrue();
  }

  @Test
  void shouldSealTheSameBytesDifferentlyEachTime() {
    assertThat(sealed()).isNotEqualTo(sealed());
  }

  @Test
  void shouldShowNothingOfTheClearBytesInASealedSecret() {
    String everything = sealed().toString() + sealed().ciphertext();

    assertThat(everything)
        .doesNotContain(new String(CLEAR.bytes(), StandardCharsets.UTF_8))
        .doesNotContain(Base64.getEncoder().encodeToString(CLEAR.bytes()));
  }

  @Test
  void shouldNotOpenUnderAnotherDataKeyAndNameBoth() {
    var other = DataKey.random(RANDOM);

    assertThatThrownBy(() -> other.open(WEB, "key", sealed()))
        .isInstanceOf(CannotOpen.class)
        .hasMessageContainingAll(key.id(), other.id());
  }

  @Test
  void shouldNotOpenWhatBelongsToAnotherResource() {
    assertThatThrownBy(() -> key.open(new ItemKey(Kind.CERTIFICATE, "api"), "key", sealed()))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> key.open(new ItemKey(Kind.FLEET_KEYS, "web"), "key", sealed()))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> key.open(WEB, "other", sealed())).isInstanceOf(CannotOpen.class);
  }

  @Test
  void shouldNotOpenWhatWasChangedByOneBit() {
    var sealed = sealed();
    byte[] ciphertext = sealed.ciphertextBytes();
    for (int bit = 0; bit < ciphertext.length * 8; bit++) {
      ciphertext[bit / 8] ^= (byte) (1 << bit % 8);
      var damaged =
          new Secret.Sealed(
              sealed.dataKey(),
              sealed.nonce(),
              Base64.getEncoder().encodeToString(ciphertext),
              sealed.sha256());
      assertThatThrownBy(() -> key.open(WEB, "key", damaged)).isInstanceOf(CannotOpen.class);
      ciphertext[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void shouldNotOpenACiphertextShorterThanItsTag() {
    var cut = new Secret.Sealed(key.id(), sealed().nonce(), "AAAA", CLEAR.sha256());

    assertThatThrownBy(() -> key.open(WEB, "key", cut)).isInstanceOf(CannotOpen.class);
  }

  @Test
  void shouldReadItselfFromBase64AndHexadecimalDigits() {
    byte[] bytes = Base64.getDecoder().decode(key.toBase64());

    assertThat(DataKey.parse(" " + key.toBase64() + "\n")).isEqualTo(key);
    assertThat(DataKey.parse(HexFormat.of().withUpperCase().formatHex(bytes) + "\n"))
        .isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "c2VjcmV0", "secret!secret", "0123456789abcdef"})
  void shouldRefuseWhatIsNoDataKeyWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> DataKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            refusal -> {
              if (!text.isEmpty()) {
                assertThat(refusal.getMessage()).doesNotContain(text);
              }
            });
  }

  @Test
  void shouldNeverPrintItself() {
    assertThat(key.toString()).isEqualTo("data key " + key.id());
    assertThat(key.toBase64()).doesNotContain(key.id());
    assertThat(CLEAR.toString()).isEqualTo("sha256:" + CLEAR.sha256());
  }
}
