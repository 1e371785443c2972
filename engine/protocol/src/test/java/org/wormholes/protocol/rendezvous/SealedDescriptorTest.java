package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;

final class SealedDescriptorTest {
  @Test
  void whoKnowsTheAddressReadsIt() throws WireException {
    SealedDescriptor sealed = Services.sealed(1, 5, List.of());
    SealedDescriptor read = SealedDescriptor.decode(sealed.encoded().toArray());
    assertThat(read).isEqualTo(sealed);
    assertThat(read.revision()).isEqualTo(5);
    assertThat(read.open(Services.CREDENTIAL, Optional.empty())).contains(Services.descriptor(3));
  }

  @Test
  void whoKnowsAnotherAddressOrPeriodDoesNot() {
    SealedDescriptor sealed = Services.sealed(1, 5, List.of());
    for (ServiceCredential other :
        List.of(
            ServiceCredential.of(Services.key(2).id(), Services.PERIOD),
            ServiceCredential.of(Services.SERVICE.id(), Services.PERIOD + 1))) {
      assertThatThrownBy(() -> sealed.open(other, Optional.empty()))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void aListOpensItToThoseOnItAlone() throws WireException {
    List<NodeId> clients = List.of(Services.key(5).id(), Services.key(6).id());
    SealedDescriptor sealed = Services.sealed(1, 5, clients);
    for (int client : new int[] {5, 6}) {
      assertThat(sealed.open(Services.CREDENTIAL, Optional.of(Services.key(client))))
          .contains(Services.descriptor(3));
    }
    assertThat(sealed.open(Services.CREDENTIAL, Optional.of(Services.key(7)))).isEmpty();
    assertThat(sealed.open(Services.CREDENTIAL, Optional.empty())).isEmpty();
  }

  @Test
  void itsLengthDoesNotTellOneClientFromSixteen() {
    List<NodeId> sixteen = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      sixteen.add(Services.key(50 + i).id());
    }
    assertThat(Services.sealed(1, 5, sixteen).encoded().size())
        .isEqualTo(Services.sealed(1, 5, sixteen.subList(0, 1)).encoded().size());
  }

  @Test
  void theLongestFits() throws WireException {
    List<NodeId> clients = new ArrayList<>();
    for (int i = 0; i < AccessEntries.MAX_CLIENTS; i++) {
      clients.add(Services.key(50 + i).id());
    }
    ServiceDescriptor content = Services.descriptor(ServiceDescriptor.MAX_POINTS);
    SealedDescriptor sealed =
        SealedDescriptor.seal(
            content,
            Services.terms(1, 1),
            Services.SERVICE,
            Services.PERIOD,
            clients,
            new Random(4)::nextBytes);
    assertThat(sealed.encoded().size()).isLessThanOrEqualTo(SealedDescriptor.MAX_BYTES);
    assertThat(sealed.open(Services.CREDENTIAL, Optional.of(Services.key(177)))).contains(content);
    clients.add(Services.key(999).id());
    assertThatThrownBy(() -> Services.sealed(1, 1, clients)).hasMessageContaining("0..128 clients");
  }

  @Test
  void refusesEveryChangedBitAndEveryCut() {
    byte[] bytes = Services.sealed(1, 5, List.of()).encoded().toArray();
    for (int bit = 0; bit < 8 * bytes.length; bit += 61) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SealedDescriptor.decode(changed))
          .as("bit " + bit)
          .isInstanceOf(WireException.class);
    }
    for (int length = 0; length < bytes.length; length += 37) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SealedDescriptor.decode(cut)).isInstanceOf(WireException.class);
    }
  }
}
