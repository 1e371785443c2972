package org.wormholes.transport.socket;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/// Netty's epoll, in which a socket stays registered while nothing is wanted of it.
///
/// Netty 4.2.18 takes such a socket out of epoll and believes that it is still in: the next wish
/// fails, and a write that has it ends the outgoing direction in the middle of the data. That meets
/// whoever has ended one direction and reads the other slowly. Here such a socket waits for the
/// edge of errors only, which costs nothing.
final class SteadyEpoll implements IoHandler {
  private final IoHandler epoll;

  private SteadyEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new SteadyEpoll(factory.newHandler(executor));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return factory.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Registration(epoll.register(handle));
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> type) {
    return epoll.isCompatible(type);
  }

  private record Registration(IoRegistration registered) implements IoRegistration {
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty has it
    public <T> T attachment() {
      return registered.attachment();
    }

    @Override
    public long submit(IoOps wanted) {
      boolean nothing = EpollIoOps.NONE.equals(wanted);
      return registered.submit(nothing ? EpollIoOps.EPOLLET : wanted);
    }

    @Override
    public boolean isValid() {
      return registered.isValid();
    }

    @Override
    public boolean cancel() {
      return registered.cancel();
    }
  }
}
