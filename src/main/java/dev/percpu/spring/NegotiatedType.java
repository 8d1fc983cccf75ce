package dev.percpu.spring;

import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * The media type of a scrape as Boot knows it: any, because {@link ScrapeResponder} selects it by the request.
 *
 * <p>Boot caches no response of an operation with such a parameter. A cached one would have the format of an earlier request.
 */
enum NegotiatedType implements Producible<NegotiatedType> {
    ANY;

    @Override
    public MimeType getProducedMimeType() {
        return MimeTypeUtils.ALL;
    }
}
