// Stands in for the WebApp's bundle: services in a Map by class, as Angular's injector keeps them, and each way in which
// the WebApp opens a registered URL.

class AdminService {
  signUrlIfNeeded(url) {
    return { subscribe: (next) => next({ type: 'sign', signed: url, expires: Number.MAX_VALUE }) };
  }
}

const records = new Map();
records.set(AdminService, { value: new AdminService() });

const signed = (url, config) =>
  new Promise((done) => {
    records.get(AdminService).value.signUrlIfNeeded(url, config, undefined).subscribe((action) => done(action.signed));
  });

/** An element with the URL in it, once that has loaded. */
function shown(tag, url, attributes, event = 'load') {
  const element = Object.assign(document.createElement(tag), attributes);
  const loaded = new Promise((done, failed) => {
    element.addEventListener(event, done);
    element.addEventListener('error', () => failed(new Error(`${tag}: ${url} did not load`)));
  });
  element.src = url;
  document.body.append(element);
  return loaded.then(() => element);
}

function clicked(url, attributes) {
  const link = Object.assign(document.createElement('a'), { href: url, target: '_blank' }, attributes);
  document.body.append(link);
  link.click();
}

window.app = {
  signed,
  async image(url) {
    const image = await shown('img', await signed(url));
    return [image.naturalWidth, image.naturalHeight];
  },
  async media(url) {
    const media = await shown('video', await signed(url), { preload: 'metadata', controls: true }, 'loadeddata');
    return media.readyState;
  },
  async frame(url) {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts allow-popups allow-storage-access-by-user-activation');
    frame.referrerPolicy = 'origin-when-cross-origin';
    frame.name = 'sample';
    const loaded = new Promise((done) => frame.addEventListener('load', done));
    frame.src = await signed(url);
    document.body.append(frame);
    await loaded;
  },
  async plot(url) {
    const image = await shown('img', await signed(url, { skipFileServer: false }), { crossOrigin: 'anonymous' });
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/png');
  },
  async fetched(url) {
    const options = { method: 'GET', mode: 'cors', credentials: 'include', headers: {} };
    const answer = await fetch(await signed(url), options);
    const blob = await answer.blob();
    const parts = answer.headers.get('Content-Disposition').split(';');
    return [parts[1].split('=')[1], await blob.text()];
  },
  async download(url) {
    clicked(await signed(url), { download: '' });
  },
  async open(url) {
    clicked(await signed(url));
  },
};
