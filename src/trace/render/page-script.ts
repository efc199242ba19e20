import { ACCENT } from '../../text/alike.ts'
import { errorText, eventsByTime } from '../analysis/findings.ts'
import { isoTime } from '../formats/span-times.ts'
import type { Attributes, Span, SpanEvent, SpanLink } from '../model.ts'
import { isEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { attributeFields, eventTime, type Field } from './fields.ts'
import { selfTextWhy, spanDuration } from './format-duration.ts'
import { markText } from './waterfall/head-and-notes.ts'

/** What a row of the page unfolds to: the facts of a span, then its attributes, events and links. Not yet markup. */
export function detailsText(tree: TraceTree, node: number): string {
  const span = tree.span(node)
  return [
    ...fieldLines(factsOf(tree, node, span)),
    ...part('attributes', span.attributes),
    ...eventsByTime(span.events).flatMap((event) => eventLines(tree, node, event)),
    ...span.links.flatMap(linkLines),
    ...part('scope attributes', span.scope?.attributes ?? []),
  ].join('\n')
}

/**
 * The page's own words in a {@link detailsText}, which the search leaves out: titles, names of facts, and facts that tell
 * something else again. Its groups are values between them. Lines of texts that could be taken for them begin with blanks.
 */
const OWN_WORDS =
  /^(?:(?:error|dropped|note): .*(?:\n {2}.*)*|duration: ([^,\n]*).*|[a-z]+: |(?:scope )?attributes$|event \S+ |link to trace (.*) span )/gm

/** A line a field; lines of one field stand under each other. */
export function fieldLines(fields: readonly Field[], indent = ''): string[] {
  return fields.map(({ name, value }) => indent + indented(`${name}: ${value}`, indent))
}

const indented = (text: string, indent = ''): string => text.replaceAll('\n', `\n${indent}  `)

function factsOf(tree: TraceTree, node: number, span: Span): Field[] {
  const error = span.status === 'error' ? errorText(span) : undefined
  const { scope } = span
  const facts = {
    error: error ? `${error.text} (from ${error.from})` : '',
    name: span.name,
    service: span.service,
    kind: span.kind,
    status: span.statusMessage ? `${span.status}: ${span.statusMessage}` : span.status,
    start: tree.isTimed ? isoTime(tree.startNanos + BigInt(Math.round(tree.startOf(node)))) : '',
    duration: spanDuration(span) + (isEndless(span) ? '' : `, ${selfTextWhy(tree, node)}`),
    span: span.spanId,
    parent: span.parentId ?? '',
    scope: scope ? `${scope.name} ${scope.version ?? ''}`.trim() : '',
    dropped: droppedText(span),
    note: span.marks.map((mark) => markText(tree, node, mark)).join('; '),
  }
  return Object.entries(facts).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]))
}

/** `3 attributes, 120 events`. */
const droppedText = ({ dropped }: Span): string =>
  Object.entries(dropped ?? {})
    .flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []))
    .join(', ')

function part(title: string, attributes: Attributes): string[] {
  if (attributes.length === 0) return []
  return ['', title, ...fieldLines(attributeFields(attributes), '  ')]
}

function eventLines(tree: TraceTree, node: number, event: SpanEvent): string[] {
  const title = `event ${eventTime(tree, node, event)} ${indented(event.name)}`
  return ['', title, ...fieldLines(attributeFields(event.attributes), '  ')]
}

function linkLines({ traceId, spanId, attributes }: SpanLink): string[] {
  return ['', `link to trace ${traceId} span ${spanId}`, ...fieldLines(attributeFields(attributes), '  ')]
}

/**
 * The script of the page: search and fold. The page is whole without it. It makes no markup from text, only elements, and reads
 * no more than the page. It searches the content of a span and its resource, not the page's own words; texts are alike as in
 * `text/alike.ts`. Tab goes from the search to the current hit: it would go to the first row else. A search decides which rows
 * are shown, so folding waits. A link that was followed before changes no hash.
 */
export const SCRIPT = `'use strict';
const rows=[...document.querySelectorAll('.r')];
const level=rows.map(row=>Number(row.querySelector('i').textContent.slice(6)));
const group=rows.map(row=>row.classList.contains('g'));
const parent=[];
const open=[];
rows.forEach((_,i)=>{while(open.length&&level[open.at(-1)]>=level[i])open.pop();parent[i]=open.length?open.at(-1):-1;open.push(i)});
const folded=new Set();
const says=new Map();
const hits=new Set();
let query='';
let at=-1;
let current;
let texts;
let resources;
const own=${OWN_WORDS};
const alike=text=>text.normalize('NFKD').replace(${ACCENT},'').toLowerCase();
const textOf=one=>one.querySelector('pre').textContent;
function show(){
  document.body.classList.toggle('q',query!=='');
  const seen=new Set();
  for(const hit of hits)for(let i=hit;i>=0&&!seen.has(i);i=parent[i])seen.add(i);
  const hidden=[];
  rows.forEach((row,i)=>{
    const up=parent[i];
    hidden[i]=query===''?up>=0&&(hidden[up]||folded.has(up)):!seen.has(i);
    row.hidden=hidden[i];
    row.classList.toggle('hit',hits.has(i));
  });
}
rows.forEach((row,i)=>{
  if(parent[i+1]!==i)return;
  if(group[i])folded.add(i);
  const name=row.querySelector('.n').textContent;
  const button=document.createElement('button');
  button.type='button';button.className='f';
  const say=()=>{const closed=folded.has(i);button.textContent=closed?'+':'−';button.setAttribute('aria-expanded',String(!closed));button.setAttribute('aria-label',(closed?'unfold ':'fold ')+name)};
  button.addEventListener('click',()=>{if(!folded.delete(i))folded.add(i);say();show()});
  say();says.set(i,say);
  row.prepend(button);
});
const form=document.querySelector('form');
const input=document.querySelector('input');
const output=document.querySelector('output');
form.hidden=false;
function find(){
  query=alike(input.value.trim());
  texts??=rows.map((row,i)=>group[i]?'':alike(textOf(row).replace(own,'$1$2 ')));
  resources??=[...document.querySelectorAll('section')].map(one=>[one.id,alike(textOf(one))]);
  hits.clear();at=-1;point();
  if(query!==''){
    const shared=new Set(resources.filter(([,text])=>text.includes(query)).map(([id])=>id));
    texts.forEach((text,i)=>{if(text.includes(query)||shared.has(rows[i].dataset.r))hits.add(i)});
  }
  output.textContent=query===''?'':hits.size+(hits.size===1?' span':' spans');
  show();
}
function findTyped(){if(alike(input.value.trim())!==query)find()}
function point(row){
  current?.removeAttribute('aria-current');
  current=row?.querySelector('summary');
  current?.setAttribute('aria-current','true');
}
let wait;
input.addEventListener('input',()=>{clearTimeout(wait);wait=setTimeout(find,120)});
form.addEventListener('submit',event=>{
  event.preventDefault();
  findTyped();
  const all=[...hits];
  if(!all.length)return;
  at=(at+1)%all.length;
  point(rows[all[at]]);
  current.scrollIntoView({block:'center'});
  output.textContent=(at+1)+' of '+all.length;
});
input.addEventListener('keydown',event=>{
  if(event.key!=='Tab'||event.shiftKey)return;
  findTyped();
  if(!current)return;
  event.preventDefault();
  current.focus();
});
function reveal(){
  const i=rows.indexOf(document.getElementById(location.hash.slice(1)));
  if(i<0)return;
  for(let up=parent[i];up>=0;up=parent[up])if(folded.delete(up))says.get(up)();
  if(query!==''&&!hits.has(i)){input.value='';find()}else show();
  rows[i].scrollIntoView({block:'center'});
}
addEventListener('hashchange',reveal);
addEventListener('click',event=>{const link=event.target.closest('a');if(link?.hash&&link.hash===location.hash)reveal()});
if(folded.size)show();
if(location.hash)reveal();
`
