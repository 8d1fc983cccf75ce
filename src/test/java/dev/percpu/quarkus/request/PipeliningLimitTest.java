package dev.percpu.quarkus.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The limit in a pipeline with the handlers of an HTTP/1 connection, and a server that answers when the test says so. */
class PipeliningLimitTest {
    /** The shortest requests in one part exceed the limit. */
    private static final int MOST = PipeliningLimit.MAX_PENDING + 57;

    /** The server: it keeps the paths of the requests, and the number of bytes in their bodies. */
    private static final class Server extends ChannelInboundHandlerAdapter {
        private final List<String> paths = new ArrayList<>();
        private long bodyBytes;
        private boolean isReading;

        /** Whether it switches reading off at each part of a body, as Vert.x does for a paused request. */
        private boolean pausesInBodies;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            isReading = true;
            if (message instanceof HttpRequest request) {
                PipeliningLimit.install(context.pipeline()); // as the first request does
                paths.add(request.uri());
            } else if (message instanceof HttpContent content) {
                bodyBytes += content.content().readableBytes();
                if (pausesInBodies && content.content().isReadable()) {
                    context.channel().config().setAutoRead(false);
                }
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            isReading = false;
        }
    }

    private final Server server = new Server();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    /** Number of requests that were decoded after the first. */
    private int decoded = -1;

    PipeliningLimitTest() {
        channel.pipeline().addLast("httpDecoder", new HttpRequestDecoder());
        channel.pipeline().addLast("counting", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                decoded += message instanceof HttpRequest ? 1 : 0;
                context.fireChannelRead(message);
            }
        });
        channel.pipeline().addLast("httpEncoder", new HttpResponseEncoder());
        channel.pipeline().addLast("handler", server);
        send("GET /first HTTP/1.1\r\n\r\n");
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void respond() {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        channel.runPendingTasks();
    }

    private static String requests(int from, int to) {
        StringBuilder text = new StringBuilder();
        IntStream.range(from, to).forEach(i -> text.append("GET /").append(i).append(" HTTP/1.1\r\n\r\n"));
        return text.toString();
    }

    /** Without a response, the decoder gets one part of the bytes, and the server none of its requests. */
    @Test
    void shouldDecodeNoFurtherRequestsAtTheLimit() {
        send(requests(0, 3_000));
        send(requests(3_000, 6_000));

        assertThat(server.paths).containsExactly("/first");
        assertThat(decoded).isBetween(PipeliningLimit.MAX_PENDING, MOST);
        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void shouldPassOnEachRequestAfterTheResponseBeforeIt() {
        send(requests(0, 3_000));
        for (int i = 0; i < 3_000; i++) {
            respond();
            assertThat(server.paths).hasSize(i + 2).endsWith("/" + i);
            assertThat(server.isReading)
                    .as("until the end of the read, Vert.x flushes no response")
                    .isFalse();
            assertThat(decoded - i).as("pending").isLessThanOrEqualTo(MOST);
        }
        respond();

        assertThat(channel.config().isAutoRead()).isTrue();
        send(requests(7, 8));
        assertThat(server.paths).hasSize(3_002).endsWith("/2999", "/7");
    }

    @Test
    void shouldNotCountAnInterimResponseAsAResponse() {
        for (int i = 0; i < 100; i++) {
            channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            channel.runPendingTasks();
        }
        send(requests(0, 3_000));

        assertThat(server.paths).containsExactly("/first");
        assertThat(decoded).isLessThanOrEqualTo(MOST);
    }

    @Test
    void shouldPassOnALargeBody() {
        respond();
        send("POST /body HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
        for (int i = 0; i < 10; i++) {
            send("x".repeat(100_000));
        }

        assertThat(server.bodyBytes).isEqualTo(1_000_000);
        assertThat(server.paths).containsExactly("/first", "/body");
    }

    @Test
    void shouldHoldTheBodyOfARequestThatWaits() {
        send("POST /body HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
        for (int i = 0; i < 10; i++) {
            send("x".repeat(100_000));
        }
        assertThat(server.paths).containsExactly("/first");
        assertThat(server.bodyBytes).isZero();
        assertThat(channel.config().isAutoRead()).isFalse();

        respond();

        assertThat(server.bodyBytes).isEqualTo(1_000_000);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void shouldNotSwitchReadingOnWhileTheServerHasSwitchedItOff() {
        server.pausesInBodies = true;
        send(requests(0, 40));
        send("POST /body HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000));
        for (int i = 0; i < 41; i++) {
            respond();
        }
        assertThat(server.paths).endsWith("/body");
        assertThat(server.bodyBytes).isLessThan(20_000);
        assertThat(channel.config().isAutoRead()).isFalse();

        server.pausesInBodies = false;
        channel.config().setAutoRead(true);
        channel.runPendingTasks();
        assertThat(server.bodyBytes).isEqualTo(100_000);
    }

    @Test
    void shouldLeaveTheConnectionToAWebSocket() {
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS));
        channel.runPendingTasks();

        assertThat(channel.pipeline().names())
                .containsExactly(
                        "httpDecoder", "counting", "httpEncoder", "handler", "DefaultChannelPipeline$TailContext#0");
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // an embedded channel closes at once
    void shouldFreeHeldBytesWhenTheConnectionCloses() {
        ByteBuf many = Unpooled.copiedBuffer(requests(0, 3_000), StandardCharsets.US_ASCII);
        channel.writeInbound(many);
        assertThat(many.refCnt()).isPositive();

        channel.close();
        channel.runPendingTasks();

        assertThat(many.refCnt()).isZero();
    }
}
