/* Lets the open-source ClearML WebApp open storage URLs through the presign gateway. Served by the gateway; to be loaded
 * by a <script> in the <head> of the WebApp's pages, before the WebApp itself.
 *
 * The WebApp asks one method what to open for a URL that a task registered, AdminService.signUrlIfNeeded(url, config,
 * …), and that method gives https:// URLs back as they are. So all that is done here is to hand it the gateway's URL in
 * place of s3://…. What the WebApp shows, copies, edits and saves stays as it was registered. */
(function () {
  'use strict';

  const settings = /* settings */ {};
  const METHOD = 'signUrlIfNeeded';
  const PATIENCE = 60000; // milliseconds from the page's load; the WebApp makes its services in the first second
  const LONGEST_NAME = 128;

  const script = document.currentScript;
  const base = new URL('.', script ? script.src : location.href);
  const state = { version: settings.version, base: base.href, hooked: false, urlFor: urlFor };
  window.__presignGateway = state;

  /** The gateway's URL for a registered one; what is not for the gateway stays as it is. */
  function urlFor(url, config) {
    const startsIt = function (start) { return url.startsWith(start); };
    if (typeof url !== 'string' || !settings.match.some(startsIt) || settings.exclude.some(startsIt)) {
      return url;
    }
    try {
      const target = new URL(fileName(url) + '?url=' + encodeURIComponent(url), base);
      // Said for images of plots only. They are drawn on a canvas, so they have to come from this origin.
      return target.href + (config && config.skipFileServer === false ? '&proxy=1' : '');
    } catch (error) {
      return url; // half a character, which no URL can hold
    }
  }

  /** The name in front of the query. Nobody looks for the object by it; the WebApp before 2.0 tells films from pictures
   *  by its extension, and browsers save under it. */
  function fileName(url) {
    const name = url.slice(url.lastIndexOf('/') + 1).replace(/[%:\\]/g, '_').replace(/^\.+/, '');
    return encodeURIComponent(Array.from(name).slice(-LONGEST_NAME).join('')) || 'object';
  }

  function hook(prototype) {
    const original = prototype[METHOD];
    prototype[METHOD] = function (url, config, ...more) {
      return original.call(this, urlFor(url, config), config, ...more);
    };
    state.hooked = true;
  }

  /* Angular keeps each service that it makes in a Map, with the service's class as the key. The first such key that has
   * the method is the one; after that, and when it does not come, Map is as it was. */
  const set = Map.prototype.set;
  function watch(key, value) {
    if (typeof key === 'function' && key.prototype && typeof key.prototype[METHOD] === 'function') {
      stepAside();
      hook(key.prototype);
    }
    return set.call(this, key, value);
  }
  function stepAside() {
    if (Map.prototype.set === watch) {
      Map.prototype.set = set;
    }
  }
  Map.prototype.set = watch;

  window.addEventListener('load', function () {
    setTimeout(function () {
      if (!state.hooked) {
        stepAside();
        console.warn('presign gateway: this WebApp has no ' + METHOD + ', so it opens storage URLs by itself');
      }
    }, PATIENCE);
  });
})();
